"""A project of your own: environment files, functions, accepted failures and snapshots, apart from Spillway's files."""

import json
import re
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

from policy.suppressions import SUPPRESSIONS
from review.refusal import ReviewError
from settings.environment import Environment
from settings.read import read_environment
from spillway.new.environment import NAME, SCHEMA, Backend, write_environment
from spillway.version import CHECKOUT, PROJECT_FILE, version

FILES = Path(__file__).parent / "project_files"
OF_FUNCTIONS = Path(__file__).parent / "suppressions.toml"
"""The checkov failures of every function that Spillway creates."""

_HIDDEN = {"gitignore": ".gitignore", "gitlab-ci.yml": ".gitlab-ci.yml", "limits.yml": ".github/workflows/limits.yml"}
_ENVIRONMENT = "prod"


def write_project(folder: Path, name: str | None, backend: Backend) -> list[str]:
    """Write the project, and return the next steps. The default of `name`, the first environment's name, is prod.

    Raises ReviewError for a folder that is not empty, and the errors of `write_environment`. Then nothing is written.
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
    environment = read_environment(folder / "environments" / f"{name or _ENVIRONMENT}.toml")
    for file, text in _files(own_name, environment).items():
        target = folder / file
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        written.append(f"wrote {target.as_posix()}")
    return [*lines, f"wrote {(folder / SCHEMA).as_posix()}", *written, f"next: {(folder / 'README.md').as_posix()}"]


def _files(title: str, environment: Environment) -> dict[str, str]:
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
        "policy/suppressions.toml": _suppressions(environment),
        "functions/README.md": FUNCTIONS,
    }


FUNCTIONS = """The code of Lambda functions, a folder for each. An environment file names one with `code`:

    [routes.integration]
    type = "lambda"
    code = "../functions/chat"
"""


def _suppressions(environment: Environment) -> str:
    """The suppressions of Spillway that are choices and not facts about its files, and what the new environment starts
    without.
    """
    head, *blocks = re.split(r"(?m)^(?=\[\[suppressions\]\])", SUPPRESSIONS.read_text(encoding="utf-8"))
    general = [block for block in blocks if not re.search(r"(?m)^(environments|addresses) = ", block)]
    functions = OF_FUNCTIONS.read_text(encoding="utf-8")
    head = head.replace("`make policy`", "`spillway policy`")
    return head + "".join([*general, "\n", functions, *_begun_without(environment)])


def _begun_without(environment: Environment) -> Iterator[str]:
    def suppressed(check: str, reason: str, addresses: str = "") -> str:
        where = f"environments = [{json.dumps(environment.name)}]\n{addresses}"
        return f"\n[[suppressions]]\ncheck = {json.dumps(check)}\n{where}reason = {json.dumps(reason)}\n"

    if environment.observability.account_role is None:
        log = "An access log needs the account's shared role. Remove this once observability.account_role is set."
        yield suppressed("CKV_AWS_76", log)
    if environment.waf is None:
        yield suppressed("CKV2_AWS_29", "A web ACL costs money each month. Remove this once the file has [waf].")
    elif not environment.waf.managed_rule_groups:
        groups = "AWS's managed rules are a choice. Remove this once the file has [[waf.managed_rule_groups]]."
        yield suppressed("CKV_AWS_192", groups)
    yield suppressed("CKV2_AWS_53", "No route has a schema yet. Remove this once the routes have `request`.")
    open_to_all = [
        route for route in environment.routes if route.authorization == "NONE" and not route.api_key_required
    ]
    if open_to_all:
        addresses = [f"aws_api_gateway_method.{route.address}" for route in open_to_all]
        mock = "A MOCK integration answers these: nothing to steal and nothing to pay. Remove this with the mock."
        yield suppressed("CKV_AWS_59", mock, f"addresses = {json.dumps(addresses)}\n")
