"""The Python side: the provider package without the 2,212 imports at the end of its `__init__`."""

import re
import sys
from collections.abc import Sequence
from importlib import import_module
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from pkgutil import extend_path
from types import ModuleType

PROVIDER_PACKAGE = "cdktf_cdktf_provider_aws"

_SUBMODULE_IMPORT = re.compile(r"^from \. import (\w+)$", re.MULTILINE)
_TYPE_OF_ITS_OWN = re.compile(r"^(?:class |@)", re.MULTILINE)


def import_submodules_on_first_use() -> None:
    """Each submodule imports the jsii assembly itself, so the package's own code has nothing else to do."""
    if not any(isinstance(finder, _LazyPackageFinder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _LazyPackageFinder())


class _LazyPackageFinder(MetaPathFinder):
    """Finds the provider package like Python does, and executes it lazily if it has the form that jsii generates."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != PROVIDER_PACKAGE:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is None or type(spec.loader) is not SourceFileLoader:
            return None
        source = Path(spec.loader.path).read_text(encoding="utf-8")
        submodules = _SUBMODULE_IMPORT.findall(source)
        if not submodules or "from ._jsii import *" not in source or _TYPE_OF_ITS_OWN.search(source):
            return None
        spec.loader = _LazyPackageLoader(fullname, spec.loader.path, submodules)
        return spec


class _LazyPackageLoader(SourceFileLoader):
    """Executes the package as a module that imports a submodule on first access (PEP 562)."""

    def __init__(self, fullname: str, path: str, submodules: Sequence[str]) -> None:
        super().__init__(fullname, path)
        self._submodules = frozenset(submodules)

    def exec_module(self, module: ModuleType) -> None:
        def import_submodule(name: str) -> ModuleType:
            if name not in self._submodules:
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            return import_module(f"{module.__name__}.{name}")

        module.__path__ = extend_path(module.__path__, module.__name__)
        module.__dict__["__all__"] = sorted(self._submodules)
        module.__dict__["__getattr__"] = import_submodule
