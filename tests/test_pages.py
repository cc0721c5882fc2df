"""The pages on state, Terraform Cloud, adopting and upgrading say what is so."""

import http.server
import json
import re
import shutil
import subprocess
import tarfile
import threading
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import pytest

from settings.read import read_environment
from tests.environment_files import MINIMAL, ROOT, environment
from tests.synthesis import rendered

PAGES = ("adopting", "state", "terraform-cloud", "upgrading")
every_page = pytest.mark.parametrize("page", PAGES)


def text_of(page: str) -> str:
    return (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    return [
        re.sub(r"^ {3}", "", block, flags=re.MULTILINE) if block.startswith("   ") else block
        for block in re.findall(rf"```{language}\n(.*?)```", text_of(page), re.DOTALL)
    ]


@every_page
def test_every_command_is_there(page: str) -> None:
    text = text_of(page)
    for target in re.findall(r"\bmake ([a-z-]+)", text):
        done = subprocess.run(["make", "-n", target], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    for module in re.findall(r"python -m (tools\.\w+)", text):
        assert (ROOT / (module.replace(".", "/") + ".py")).exists()


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
    named = set(re.findall(r"`(aws_\w+)\.(?:<\w+>|\w+)`", text_of("adopting")))
    files = (ROOT / "docs" / "examples").glob("*.toml")
    made = {type_ for file in files for type_ in rendered(read_environment(file))["resource"]}
    assert len(named) > 8
    assert named <= made


class _TerraformCloud(http.server.BaseHTTPRequestHandler):
    """Answers as the documentation says, and remembers what it was asked."""

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


def test_an_api_driven_run_uploads_the_folder(tmp_path: Path) -> None:
    if not shutil.which("curl"):
        pytest.skip("curl is not installed")
    (script,) = [block for block in blocks("terraform-cloud", "sh") if "curl" in block]
    folder = tmp_path / "committed" / "prod" / "functions"
    folder.mkdir(parents=True)
    (folder / "post_chat.zip").write_bytes(b"zip")
    (folder.parent / "cdk.tf.json").write_text("{}")
    server = http.server.HTTPServer(("127.0.0.1", 0), _TerraformCloud)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        done = subprocess.run(
            ["sh", "-c", script.replace("make committed ENV=prod", ":")],
            cwd=tmp_path,
            env={
                "PATH": "/usr/bin:/bin",
                "TFE_API": f"http://127.0.0.1:{server.server_port}/api/v2",
                "TFE_TOKEN": "a-token",
                "WORKSPACE": "ws-1",
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
    assert done.returncode == 0, done.stderr
    (made, uploaded) = _TerraformCloud.asked
    assert made[:3] == ("POST", "/api/v2/workspaces/ws-1/configuration-versions", "Bearer a-token")
    assert json.loads(made[3])["data"]["attributes"] == {"auto-queue-runs": True}
    # The upload address is itself the secret; the token does not go there.
    assert uploaded[:3] == ("PUT", "/upload/1", None)
    with tarfile.open(fileobj=BytesIO(uploaded[3])) as archive:
        files = {member.name for member in archive if member.isfile()}
    assert files == {"./cdk.tf.json", "./functions/post_chat.zip"}
