"""The programs of docs/clients.md, and how to run each of them with its own library."""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.environment_files import ROOT

CLIENTS = ROOT / "tests" / "clients"
PYTHON = CLIENTS / ".venv" / "bin" / "python"
OLD_PYTHON = CLIENTS / "openai_1_54" / ".venv" / "bin" / "python"
PAGE = (ROOT / "docs" / "clients.md").read_text(encoding="utf-8")

_ENDS_WITHIN_SECONDS = 300  # a hang, not slowness
# No telemetry, and litellm fetches its list of prices from the internet unless told not to.
_ENVIRONMENT = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_TELEMETRY": "False", "LANGSMITH_TRACING": "false"}

Ended = dict[str, Any]
"""`printed`, or `raised`, `said` and `code`."""


def missing() -> str | None:
    """What must be installed before any of them runs."""
    there = (PYTHON.exists(), OLD_PYTHON.exists(), (CLIENTS / "node_modules").exists())
    return None if all(there) else "the client libraries are not installed: run make clients"


def programs() -> dict[str, tuple[str, str]]:
    """By heading of the page: the language and the text."""
    examples = PAGE.split("\n## Examples\n")[1].split("\n## ")[0]
    found = re.findall(r"^### (.+?)\n.*?^```(\w+)\n(.*?)^```$", examples, re.MULTILINE | re.DOTALL)
    return {heading: (language, text) for heading, language, text in found}


def aimed(program: str, *, url: str, key: str, other_key: str) -> str:
    """The program with a real URL and a real key."""
    replaced = program.replace("https://api.example.com/prod", url).replace("https://other.example.com", url)
    return replaced.replace("YOUR-API-KEY", key).replace("YOUR-OTHER-KEY", other_key)


def run(language: str, texts: Sequence[str], python: Path = PYTHON) -> list[Ended]:
    """The result of each program. Those in Python share a process, because some libraries take seconds to import."""
    match language:
        case "python":
            asked = json.dumps({"programs": list(texts)})
            answers: list[Ended] = json.loads(_output([python, CLIENTS / "run.py"], asked).splitlines()[-1])
            return answers
        case "js":
            return [_node(text) for text in texts]
        case _:
            return [_shell(text) for text in texts]


def _node(text: str) -> Ended:
    node = shutil.which("node") or "node"
    # If the program is not in a file, it finds its packages from the folder that it runs in.
    said = _output([node, "--import", "./raised.mjs", "--input-type=module", "--eval", text]).strip()
    ended: Ended = json.loads(said.splitlines()[-1]) if said.startswith('{"raised"') else {"printed": said}
    return ended


def _shell(text: str) -> Ended:
    """Curl prints the body of each attempt, one right after the other."""
    done = _run(["bash", "-c", text])
    left = done.stdout.strip()
    while left:
        answer, end = json.JSONDecoder().raw_decode(left)
        left = left[end:].strip()
    if done.returncode == 0:
        return {"printed": answer["choices"][0]["message"]["content"]}
    return {"raised": f"exit status {done.returncode}", "said": done.stdout, "code": answer["error"]["code"]}


def _output(command: Sequence[str | Path], text: str = "") -> str:
    done = _run(command, text)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _run(command: Sequence[str | Path], text: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=CLIENTS,
        env=os.environ | _ENVIRONMENT,
        input=text,
        capture_output=True,
        text=True,
        timeout=_ENDS_WITHIN_SECONDS,
        check=False,
    )
