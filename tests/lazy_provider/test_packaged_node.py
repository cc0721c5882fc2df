import os
import subprocess
from importlib.machinery import ModuleSpec

import pytest

from lazy_provider import packaged_node
from lazy_provider.packaged_node import prefer_packaged_node


@pytest.fixture(autouse=True)
def environment_without_node(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "environ", {name: value for name, value in os.environ.items() if name != "JSII_NODE"})


def test_is_a_node_that_jsii_supports() -> None:
    prefer_packaged_node()

    version = subprocess.run([os.environ["JSII_NODE"], "--version"], check=True, capture_output=True, text=True).stdout
    assert version.startswith("v24.")


def test_keeps_the_one_that_is_set() -> None:
    os.environ["JSII_NODE"] = "/opt/node/bin/node"

    prefer_packaged_node()

    assert os.environ["JSII_NODE"] == "/opt/node/bin/node"


def test_leaves_it_to_path_where_the_package_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    def not_installed(_name: str) -> ModuleSpec | None:
        return None

    monkeypatch.setattr(packaged_node, "find_spec", not_installed)

    prefer_packaged_node()

    assert "JSII_NODE" not in os.environ
