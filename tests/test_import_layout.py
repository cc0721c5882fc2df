"""The local folder `constructs/` and the PyPI package with the same name work together (docs/adr/0001)."""

import constructs

from tests.environment_files import ROOT


def test_the_local_folder_has_no_init() -> None:
    assert not (ROOT / "constructs" / "__init__.py").exists()


def test_the_pypi_package_adopts_the_local_folder() -> None:
    assert not str(constructs.__file__).startswith(str(ROOT / "constructs"))
    assert str(ROOT / "constructs") in list(constructs.__path__)


def test_no_test_folder_shadows_the_package() -> None:
    assert not (ROOT / "tests" / "constructs" / "__init__.py").exists()
