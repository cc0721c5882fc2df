"""The real CDKTF CLI, the real Terraform and a local AWS emulator, started once per test run."""

import io
import shutil
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.server import HTTPServer, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from demo.command_line import Cdktf
from demo.emulator import emulator, emulator_client, free_port
from demo.terraform import require_provider
from deploy.terraform import TerraformUnavailableError, terraform_binary
from settings.read import read_environments
from tests.deploy.aws_double.double import Double, aws_double
from tests.deploy.deployed import KEYS, Deployed
from tests.deploy.echo_server import Echo
from tests.deploy.known_arguments import KnownArguments
from tests.deploy.many_stacks import ManyStacks
from tests.deploy.model_server import ModelServer
from tests.deploy.provider_process import Attached, provider_process
from tests.environment_files import ROOT, write
from tests.test_main import synthesize

AUTHORIZER = """
def handler(event, context):
    effect = "Allow" if event["authorizationToken"] == "Bearer good" else "Deny"
    statement = {"Action": "execute-api:Invoke", "Effect": effect, "Resource": event["methodArn"]}
    return {"principalId": "caller", "policyDocument": {"Version": "2012-10-17", "Statement": [statement]}}
"""


@pytest.fixture(scope="session")
def initialized(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which Terraform has its provider; skips, with the reason, if there is none."""
    folder = tmp_path_factory.mktemp("provider")
    done = synthesize(ROOT / "environments", folder / "out")
    assert done.returncode == 0, done.stderr
    try:
        name = terraform_binary()
        require_provider(name, folder / "out" / "stacks" / "local")
    except TerraformUnavailableError as reason:
        pytest.skip(str(reason))
    return folder / "out" / "stacks" / "local"


@pytest.fixture(scope="session")
def binary(initialized: Path) -> str:
    """The Terraform to run."""
    return terraform_binary()


@pytest.fixture(scope="session")
def attached(initialized: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attached]:
    """The provider process that all of these tests use."""
    with provider_process(initialized, tmp_path_factory.mktemp("provider-runs-here")) as attached:
        (attached.folder / "functions").mkdir()
        yield attached


@pytest.fixture(scope="session")
def many_stacks(
    binary: str, initialized: Path, attached: Attached, aws: str, tmp_path_factory: pytest.TempPathFactory
) -> Callable[..., ManyStacks]:
    """A new, empty root for many stacks at once."""
    known = KnownArguments(binary, initialized, attached.variables)

    def of(emulator: str = aws, **provider: Any) -> ManyStacks:
        return ManyStacks(
            tmp_path_factory.mktemp("many-stacks"),
            binary=binary,
            attached=attached,
            known=known,
            emulator=emulator,
            provider=provider,
        )

    return of


@pytest.fixture(scope="session")
def double() -> Iterator[Double]:
    """The emulator, with AWS's answers wherever ministack's differ."""
    with emulator(free_port()) as url, aws_double(url) as double:
        yield double


@pytest.fixture(scope="session")
def aws(double: Double) -> str:
    """Its URL."""
    return double.url


@pytest.fixture(scope="session")
def client(aws: str) -> Callable[[str], Any]:
    """A boto3 client of the emulator."""
    return partial(emulator_client, aws)


@pytest.fixture(scope="session")
def cdktf(binary: str, attached: Attached, aws: str, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Cdktf]:
    """Write an environment file for the emulator, and return the command line that deploys it.

    A second call with the same name changes the file of the same stack. Folders of docs/examples that the file refers
    to are named after it. `own_provider`: Terraform starts its own, with its current environment.
    """
    folder = tmp_path_factory.mktemp("stacks")

    def of(name: str, text: str, *referred: str, own_provider: bool = False) -> Cdktf:
        environments = folder / name / "environments"
        environments.mkdir(parents=True, exist_ok=True)
        for each in referred:
            shutil.copytree(ROOT / "docs" / "examples" / each, environments / each, dirs_exist_ok=True)
        write(environments, text.replace("http://127.0.0.1:4566", aws), name)
        read_environments(environments)
        variables = {f"api_key_value_{key}": value for key, value in KEYS.items()}
        return Cdktf(
            folder / name,
            environments=environments,
            binary=binary,
            report=print,
            variables=variables,
            environment={} if own_provider else attached.variables,
        )

    return of


@pytest.fixture(scope="session")
def model() -> Iterator[ModelServer]:
    """A model server that streams."""
    with ModelServer() as server, _serving(server):
        yield server


@pytest.fixture(scope="session")
def authorizer(client: Callable[[str], Any]) -> str:
    """The ARN of a Lambda function that accepts one token."""
    code = io.BytesIO()
    with zipfile.ZipFile(code, "w") as archive:
        archive.writestr("index.py", AUTHORIZER)
    created = client("lambda").create_function(
        FunctionName="check-token",
        Runtime="python3.11",
        Role="arn:aws:iam::000000000000:role/check-token",
        Handler="index.handler",
        Code={"ZipFile": code.getvalue()},
    )
    return str(created["FunctionArn"])


@pytest.fixture(scope="session")
def everything(
    cdktf: Callable[..., Cdktf], attached: Attached, model: ModelServer, authorizer: str
) -> Iterator[Deployed]:
    """everything.toml, deployed. Each test only uses up limits of its own."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Echo) as echo, _serving(echo):
        text = (Path(__file__).parent / "everything.toml").read_text()
        for word, value in {"ECHO": _url(echo), "MODEL": _url(model), '"AUTHORIZER"': f'"{authorizer}"'}.items():
            text = text.replace(word, value)
        stack = cdktf("everything", text, "schemas", "functions")
        function = Path("functions", "post_function.zip")
        (attached.folder / function).symlink_to(stack.output / "stacks" / "everything" / function)
        try:
            yield Deployed(stack, "everything", stack.deploy("everything"))
        finally:
            stack.destroy("everything")
        assert Deployed(stack, "everything", {}).resources == {}


@contextmanager
def _serving(server: HTTPServer) -> Iterator[None]:
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield
    server.shutdown()


def _url(server: HTTPServer) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}"


@pytest.fixture(scope="session")
def local_environment() -> str:
    return (Path(ROOT) / "environments" / "local.toml").read_text()
