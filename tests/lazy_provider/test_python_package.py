import itertools
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from lazy_provider import python_package
from lazy_provider.python_package import import_submodules_on_first_use

GENERATED = """\
from ._jsii import *

__all__ = [
    "bucket",
    "queue",
]

from . import bucket
from . import queue
"""

_serial = itertools.count()


@pytest.fixture
def provider(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Write a provider package with that `__init__`, install the finder for it, and return the package's name."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(
        sys, "meta_path", [f for f in sys.meta_path if not type(f).__module__.startswith("lazy_provider")]
    )

    def write(source: str) -> str:
        name = f"a_provider_{next(_serial)}"  # a new name each time, because sys.modules outlives the test
        for module, text in {"": source, "_jsii": "", "bucket": "class Bucket: ...", "queue": ""}.items():
            folder = tmp_path / name / module
            folder.mkdir(exist_ok=True)
            (folder / "__init__.py").write_text(text)
        monkeypatch.setattr(python_package, "PROVIDER_PACKAGE", name)
        import_submodules_on_first_use()
        return name

    return write


def imported(package: str) -> set[str]:
    return {name.removeprefix(f"{package}.") for name in sys.modules if name.startswith(f"{package}.")}


def test_importing_the_package_imports_no_submodule(provider: Callable[[str], str]) -> None:
    name = provider(GENERATED)

    import_module(name)

    assert imported(name) == set()


def test_importing_a_submodule_imports_no_other(provider: Callable[[str], str]) -> None:
    name = provider(GENERATED)

    assert import_module(f"{name}.bucket").Bucket.__module__ == f"{name}.bucket"

    assert imported(name) == {"bucket"}


def test_asking_for_a_submodule_imports_it(provider: Callable[[str], str]) -> None:
    name = provider(GENERATED)

    assert import_module(name).bucket is sys.modules[f"{name}.bucket"]

    assert imported(name) == {"bucket"}


def test_exports_what_the_ordinary_package_exports(provider: Callable[[str], str]) -> None:
    package = import_module(provider(GENERATED))

    assert package.__all__ == ["bucket", "queue"]
    with pytest.raises(AttributeError, match="has no attribute 'topic'"):
        _ = package.topic


@pytest.mark.parametrize(
    ("unexpected", "submodules"),
    [
        pytest.param(GENERATED + "class Construct: ...\n", {"_jsii", "bucket", "queue"}, id="a type of its own"),
        pytest.param(GENERATED.replace("from ._jsii import *", ""), {"bucket", "queue"}, id="no jsii assembly"),
        pytest.param("from ._jsii import *\n", {"_jsii"}, id="no submodules"),
    ],
)
def test_a_package_that_looks_different_is_executed_as_it_is(
    unexpected: str, submodules: set[str], provider: Callable[[str], str]
) -> None:
    name = provider(unexpected)

    import_module(name)

    assert imported(name) == submodules


def test_a_missing_package_is_missing_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(python_package, "PROVIDER_PACKAGE", "no_such_provider")
    import_submodules_on_first_use()

    with pytest.raises(ModuleNotFoundError, match="No module named 'no_such_provider'"):
        import_module("no_such_provider")
