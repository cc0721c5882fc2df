"""The checkout on Python's path, as an editable install puts it there, from any other folder (docs/adr/0001, 0010)."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

from tests.environment_files import ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


def python(folder: Path, program: str) -> subprocess.CompletedProcess[str]:
    """Without PYTHONPATH, and with a .pth file beside the packages that names the checkout."""
    packages = folder / "packages"
    packages.mkdir()
    (packages / "spillway.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    # What another editable install of this environment names would be there too.
    start = (
        f"import site, sys; sys.path[:] = [each for each in sys.path if each != {str(ROOT)!r}]; "
        f"site.addsitedir({str(packages)!r})"
    )
    return subprocess.run(
        [sys.executable, "-c", f"{start}\n{program}"],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_folder_constructs_is_found_beside_the_package(tmp_path: Path) -> None:
    program = """
import constructs
from constructs import Construct
from constructs.gateway.response_headers import method_response_parameters
print(constructs.__file__)
print(*constructs.__path__, sep="\\n")
"""
    done = python(tmp_path, program)
    assert done.returncode == 0, done.stderr
    package, *path = done.stdout.splitlines()
    assert not package.startswith(str(ROOT / "constructs"))
    assert str(ROOT / "constructs") in path


def test_the_entry_point_runs_in_another_folder(tmp_path: Path) -> None:
    module, _, function = PYPROJECT["project"]["scripts"]["spillway"].partition(":")
    program = f"sys.argv[1:] = ['--version']\nfrom {module} import {function}\n{function}()"
    done = python(tmp_path, program)
    assert (done.returncode, done.stdout) == (0, f"spillway {PYPROJECT['project']['version']}\n"), done.stderr


def test_the_folders_of_a_project_hide_no_room(tmp_path: Path) -> None:
    for room in ("policy", "functions", "environments", "settings"):
        (tmp_path / room).mkdir()
    program = "sys.path.insert(0, '')\nimport policy.scan, settings.read\nprint(policy.scan.__file__)"
    done = python(tmp_path, program)
    assert (done.returncode, done.stdout) == (0, f"{ROOT / 'policy' / 'scan.py'}\n"), done.stderr


def test_a_copy_without_the_checkout_says_so(tmp_path: Path) -> None:
    """What `pip install git+...` makes: a package of one folder."""
    shutil.copytree(ROOT / "spillway", tmp_path / "spillway", ignore=shutil.ignore_patterns("__pycache__"))
    done = subprocess.run(
        [sys.executable, "-m", "spillway", "check"],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert (
        done.stderr
        == "spillway runs from its own checkout, and this is a copy of one folder of it: see docs/projects.md\n"
    )


def test_the_build_needs_no_address() -> None:
    assert PYPROJECT["build-system"]["build-backend"] == "flit_core.buildapi"
    assert "://" not in (ROOT / "pyproject.toml").read_text(encoding="utf-8")
