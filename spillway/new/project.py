"""A project of your own: environment files, functions, accepted failures, snapshots, apart from Spillway's files."""

import json
import re
import shutil
import uuid
from pathlib import Path

from policy.suppressions import SUPPRESSIONS
from review.refusal import ReviewError
from spillway.new.environment import NAME, SCHEMA, Backend, write_environment
from spillway.version import CHECKOUT, PROJECT_FILE, version

FILES = Path(__file__).parent / "project_files"
_HIDDEN = {"gitignore": ".gitignore", "gitlab-ci.yml": ".gitlab-ci.yml", "limits.yml": ".github/workflows/limits.yml"}
_ENVIRONMENT = "prod"


def write_project(folder: Path, name: str | None, backend: Backend) -> list[str]:
    """Write the project, and say what comes next. Default of `name`, the first environment's: prod.

    Raises ReviewError for a folder that is not empty, and what `write_environment` raises; then nothing is written.
    """
    if folder.exists() and (not folder.is_dir() or any(each.name != ".git" for each in folder.iterdir())):
        raise ReviewError(f"--project {folder.as_posix()}: must be a new or an empty folder")
    made = not folder.exists()
    # First, since it may be refused.
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(CHECKOUT / "docs" / SCHEMA, folder / SCHEMA)
    own_name = folder.resolve().name
    try:
        lines = write_environment(
            name or _ENVIRONMENT,
            backend,
            folder / "environments",
            api=own_name if NAME.fullmatch(own_name) else "",
        )
    except Exception:
        (folder / SCHEMA).unlink()
        if made:
            shutil.rmtree(folder)
        raise
    written = []
    for file, text in _files(own_name).items():
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        written.append(f"wrote {target.as_posix()}")
    return [*lines, f"wrote {(folder / SCHEMA).as_posix()}", *written, f"next: {(folder / 'README.md').as_posix()}"]


def _files(title: str) -> dict[str, str]:
    files = {
        _HIDDEN.get(file.name, file.name): file.read_text(encoding="utf-8").replace("@title@", title)
        for file in sorted(FILES.iterdir())
    }
    named = f'# The version of Spillway that this project is for. No other one runs here.\nversion = "{version()}"\n'
    app = {
        "language": "python",
        "app": "spillway synth",
        "projectId": str(uuid.uuid4()),
        "sendCrashReports": "false",
        "terraformProviders": [],
        "terraformModules": [],
        "context": {},
    }
    return files | {
        PROJECT_FILE.as_posix(): named,
        "cdktf.json": json.dumps(app, indent=2) + "\n",
        "policy/suppressions.toml": _suppressions(),
        "functions/README.md": FUNCTIONS,
    }


FUNCTIONS = """The code of Lambda functions, a folder for each. An environment file names one with `code`:

    [routes.integration]
    type = "lambda"
    code = "../functions/chat"
"""


def _suppressions() -> str:
    """Those of Spillway's own that are for every environment: a choice, and not a fact of one of our files."""
    head, *blocks = re.split(r"(?m)^(?=\[\[suppressions\]\])", SUPPRESSIONS.read_text(encoding="utf-8"))
    general = [block for block in blocks if not re.search(r"(?m)^(environments|addresses) = ", block)]
    return head.replace("`make policy`", "`spillway policy`") + "".join(general)
