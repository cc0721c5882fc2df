"""The real CDKTF CLI, the real Terraform and a local AWS emulator, started once per test run."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from demo.command_line import Cdktf
from demo.emulator import emulator, emulator_client, free_port
from demo.terraform import TerraformUnavailableError, require_provider, terraform_binary
from settings.read import read_environments
from tests.environment_files import ROOT, write
from tests.test_main import synthesize


@pytest.fixture(scope="session")
def binary(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Terraform to run; skips, with the reason, where there is none or it has no provider."""
    folder = tmp_path_factory.mktemp("provider")
    done = synthesize(ROOT / "environments", folder / "out")
    assert done.returncode == 0, done.stderr
    try:
        name = terraform_binary()
        require_provider(name, folder / "out" / "stacks" / "local")
    except TerraformUnavailableError as reason:
        pytest.skip(str(reason))
    return name


@pytest.fixture(scope="session")
def aws(binary: str) -> Iterator[str]:
    """The emulator's URL."""
    with emulator(free_port()) as url:
        yield url


@pytest.fixture(scope="module")
def cdktf(binary: str, aws: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Cdktf]:
    """Write an environment file, aimed at the emulator, and get the command line that deploys it.

    Called again with the same name it is the same stack with a changed file. Folders of docs/examples that the file
    refers to are named after it.
    """
    folder = tmp_path_factory.mktemp("stacks")

    def of(name: str, text: str, *referred: str) -> Cdktf:
        environments = folder / name / "environments"
        environments.mkdir(parents=True, exist_ok=True)
        for each in referred:
            shutil.copytree(ROOT / "docs" / "examples" / each, environments / each)
        write(environments, text.replace("http://127.0.0.1:4566", aws), name)
        read_environments(environments)
        return Cdktf(folder / name, environments=environments, binary=binary, report=print)

    return of


@pytest.fixture(scope="session")
def client(aws: str) -> Callable[[str], Any]:
    """A boto3 client of the emulator."""
    return partial(emulator_client, aws)


@pytest.fixture(scope="session")
def local_environment() -> str:
    return (Path(ROOT) / "environments" / "local.toml").read_text()
