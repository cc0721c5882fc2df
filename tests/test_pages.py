"""What the pages show is true: commands, parts of environment files, addresses, scripts."""

import http.server
import json
import re
import shutil
import subprocess
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import pytest

from settings.read import read_environment
from spillway.commands import app
from tests.environment_files import MINIMAL, ROOT, environment
from tests.synthesis import rendered

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("**/*.md")])
COMMANDS = {command.name or command.callback.__name__ for command in app.registered_commands if command.callback}
every_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)


def text_of(page: str) -> str:
    return (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return [
        re.sub(r"^ {3}", "", block, flags=re.MULTILINE) if block.startswith("   ") else block
        for block in re.findall(rf"```{language}\n(.*?)```", text_of(page), re.DOTALL)
    ]


@every_page
def test_every_command_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^ *```.*?^ *```|`[^`]+`", text, re.MULTILINE | re.DOTALL))
    for target in {*re.findall(r"\bmake\s+([a-z][a-z-]*)", code)}:
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    for module in re.findall(r"python -m (tools\.\w+)", code):
        assert (ROOT / (module.replace(".", "/") + ".py")).exists()
    assert set(re.findall(r"(?:^|[`(;&]|\$ )\s*spillway ([a-z][a-z-]*)", code, re.MULTILINE)) <= COMMANDS


@pytest.mark.parametrize("page", ["state", "terraform-cloud"])
def test_the_pieces_of_environment_files_are_accepted(tmp_path: Path, page: str) -> None:
    pieces = blocks(page, "toml")
    assert pieces
    for piece in pieces:
        table = piece.splitlines()[0]
        others = re.sub(rf"(?m)^{re.escape(table)}\n(?:.+\n)*", "", MINIMAL)
        assert environment(tmp_path, f"{others}\n{piece}").warnings() == ()


def test_the_imports_of_the_page_fit_its_example(tmp_path: Path) -> None:
    (piece,) = blocks("adopting", "toml")
    example = (ROOT / "docs" / "examples" / "adopted.toml").read_text(encoding="utf-8")
    adopted = rendered(environment(tmp_path, f"{example}\n{piece}"))
    assert len(adopted["import"]) == len(piece.splitlines()) - 1


def test_the_addresses_of_the_page_are_of_types_that_stacks_have() -> None:
    rows = re.findall(r"^\| `(aws_\w+)\.(?:<\w+>|\w+)` \|", text_of("adopting"), re.MULTILINE)
    named = {*rows, *re.findall(r'^"(aws_\w+)\.\w+" = ', "\n".join(blocks("adopting", "toml")), re.MULTILINE)}
    files = (ROOT / "docs" / "examples").glob("*.toml")
    made = {type_ for file in files for type_ in rendered(read_environment(file))["resource"]}
    assert len(named) > 8
    assert named <= made


class _TerraformCloud(http.server.BaseHTTPRequestHandler):
    """Answers as documented, and records the requests."""

    asked: ClassVar[list[tuple[str, str, str | None, bytes]]] = []

    def _take(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.asked.append((self.command, self.path, self.headers["Authorization"], body))
        answer = {"data": {"attributes": {"upload-url": f"http://{self.headers['Host']}/upload/1"}}}
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    do_POST = do_PUT = _take  # noqa: N815  # the names that http.server calls

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def terraform_cloud() -> Iterator[str]:
    """The address of its API."""
    _TerraformCloud.asked.clear()
    server = http.server.HTTPServer(("127.0.0.1", 0), _TerraformCloud)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/api/v2"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def run_script(script: str, api: str, folder: Path) -> None:
    done = subprocess.run(
        ["sh", "-c", script],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin", "TFE_API": api, "TFE_TOKEN": "a-token", "WORKSPACE": "ws-1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_an_api_driven_run_uploads_the_folder(tmp_path: Path) -> None:
    (script,) = [block for block in blocks("terraform-cloud", "sh") if "curl" in block and "tar " in block]
    folder = tmp_path / "committed" / "prod" / "functions"
    folder.mkdir(parents=True)
    (folder / "post_chat.zip").write_bytes(b"zip")
    (folder.parent / "cdk.tf.json").write_text("{}")
    with terraform_cloud() as api:
        run_script(script.replace("make committed ENV=prod", ":"), api, tmp_path)
    (made, uploaded) = _TerraformCloud.asked
    assert made[:3] == ("POST", "/api/v2/workspaces/ws-1/configuration-versions", "Bearer a-token")
    assert json.loads(made[3])["data"]["attributes"] == {"auto-queue-runs": True}
    # The upload address is itself the secret, so the token must not be sent there.
    assert uploaded[:3] == ("PUT", "/upload/1", None)
    with tarfile.open(fileobj=BytesIO(uploaded[3])) as archive:
        files = {member.name for member in archive if member.isfile()}
    assert files == {"./cdk.tf.json", "./functions/post_chat.zip"}


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is not installed")
def test_a_second_run_replaces_the_deployment(tmp_path: Path) -> None:
    (script,) = [block for block in blocks("terraform-cloud", "sh") if "replace-addrs" in block]
    with terraform_cloud() as api:
        run_script(script, api, tmp_path)
    (run,) = _TerraformCloud.asked
    assert run[:3] == ("POST", "/api/v2/runs", "Bearer a-token")
    data = json.loads(run[3])["data"]
    assert data["attributes"] == {"replace-addrs": ["aws_api_gateway_deployment.deployment"]}
    assert data["relationships"]["workspace"]["data"] == {"type": "workspaces", "id": "ws-1"}


def locked_clients() -> set[str]:
    """Name and version of each client library that the tests run."""
    folder = ROOT / "tests" / "clients"
    named = ("openai", "anthropic", "litellm", "langchain-openai", "langchain-anthropic")
    locks = [json.loads((each / "Pipfile.lock").read_text()) for each in (folder, folder / "openai_1_54")]
    python = {
        f"{name} {lock['default'][name]['version'].removeprefix('==')}"
        for lock in locks
        for name in named
        if name in lock["default"]
    }
    packages = json.loads((folder / "package-lock.json").read_text())["packages"]
    wanted = {name: packages[f"node_modules/{name}"]["version"] for name in packages[""]["devDependencies"]}
    # The page calls `ai` by its full name.
    return python | {f"{'AI SDK' if name == 'ai' else name} {version}" for name, version in wanted.items()}


def test_the_table_of_clients_names_the_versions_that_the_tests_run() -> None:
    table = text_of("limits").split("## What each client does")[1].split("\n\n")[2]
    assert [each for each in sorted(locked_clients()) if not re.search(rf"{re.escape(each)}(?![.\d])", table)] == []
