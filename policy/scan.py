"""checkov, run on synthesized stacks."""

import json
import os
import re
import subprocess
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CHECKOV = HERE / ".venv" / "bin" / "checkov"
OWN_CHECKS = HERE / "checks"

# Either would make it talk to its vendor's platform.
_PLATFORM_VARIABLES = ("BC_API_KEY", "PRISMA_API_URL")
_BLOCK = re.compile(r'^    "(\w+)": \{$')


# "api_key_source": "AUTHORIZER" looks like a key and its value: it has an address, so that it alone can be accepted.
_KEY_SOURCE = "api_key_source"


class ScanError(Exception):
    """checkov gave no verdict; the message says why."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What one check says of one resource."""

    environment: str
    check: str
    """checkov's id: `CKV_AWS_120`."""
    name: str
    """What the check asks for."""
    address: str
    """The Terraform address: `aws_api_gateway_stage.stage`; of a secret the line of the JSON, or `api_key_source`."""
    passed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """What checkov says of some stacks."""

    verdicts: tuple[Verdict, ...]
    unread: tuple[str, ...]
    """Files that it cannot parse."""

    def of(self, environments: Collection[str]) -> tuple[Verdict, ...]:
        """The verdicts on these stacks. Raises ScanError where it says nothing of one: silence is no approval."""
        if unread := [file for file in self.unread if Path(file).parent.name in environments]:
            raise ScanError(f"checkov cannot read {', '.join(unread)}")
        verdicts = tuple(verdict for verdict in self.verdicts if verdict.environment in environments)
        if unseen := set(environments) - {verdict.environment for verdict in verdicts}:
            raise ScanError(f"checkov found nothing to check in {', '.join(sorted(unseen))}")
        return verdicts


def scan(stacks: Path, environments: Collection[str]) -> tuple[Verdict, ...]:
    """The verdicts on `<stacks>/<environment>/cdk.tf.json`.

    Raises ScanError where checkov is not installed, fails, or says nothing of an environment.
    """
    if not environments:
        raise ScanError(f"{stacks}: no stack")
    for environment in environments:
        if not (stacks / environment / "cdk.tf.json").exists():
            raise ScanError(f"{stacks / environment / 'cdk.tf.json'}: not synthesized")
    return run(stacks, environments).of(environments)


def run(stacks: Path, environments: Collection[str]) -> Run:
    """One run of checkov, which takes seconds however little there is to look at."""
    reports = _reports(stacks, [f"{environment}/cdk.tf.json" for environment in environments])
    return Run(
        verdicts=tuple(
            _verdict(stacks, found, passed=passed)
            for report in reports
            for passed in (True, False)
            for found in report["results"]["passed_checks" if passed else "failed_checks"]
        ),
        unread=tuple(file for report in reports for file in report["results"].get("parsing_errors", [])),
    )


def _reports(stacks: Path, files: list[str]) -> list[dict[str, Any]]:
    """One report for each framework that found something to look at."""
    if not CHECKOV.exists():
        raise ScanError("checkov is not installed: run make policy, in a project make -C .spillway install-project")
    done = subprocess.run(
        [
            CHECKOV,
            # `terraform` reads *.tf only, and passes a folder of JSON without a word.
            *("--framework", "terraform_json", "secrets"),
            *("--external-checks-dir", OWN_CHECKS),
            *("--output", "json"),
            # No network: no platform, no modules.
            "--skip-download",
            *("--download-external-modules", "false"),
            *("--file", *files),
        ],
        cwd=stacks,
        env={name: value for name, value in os.environ.items() if name not in _PLATFORM_VARIABLES},
        capture_output=True,
        text=True,
        check=False,
    )
    # 1 is what it exits with for a failed check.
    if done.returncode not in {0, 1}:
        raise ScanError(f"checkov failed:\n{done.stderr[-2000:]}")
    try:
        said = json.loads(done.stdout)
    except ValueError:
        raise ScanError(f"checkov failed:\n{done.stdout[-500:]}{done.stderr[-2000:]}") from None
    # A list where several frameworks report, and no `results` where none does.
    return [report for report in (said if isinstance(said, list) else [said]) if "results" in report]


def _verdict(stacks: Path, found: dict[str, Any], *, passed: bool) -> Verdict:
    file = stacks / found["file_path"].lstrip("/")
    return Verdict(
        environment=file.parent.name,
        check=found["check_id"],
        name=found["check_name"],
        address=_address(file, found["resource"], found["file_line_range"][0]),
        passed=passed,
    )


def _address(file: Path, resource: str, line: int) -> str:
    """The whole Terraform address; half of checkov's checks report `resource.NAME`, the type being above it."""
    block, dot, name = resource.partition(".")
    if not dot:  # a secret, by its hash
        text = file.read_text().splitlines()[line - 1]
        return _KEY_SOURCE if text.lstrip().startswith(f'"{_KEY_SOURCE}": ') else f"line {line}"
    if block != "resource":
        return resource
    above = file.read_text().splitlines()[:line]
    (type_,) = [match[1] for text in reversed(above) if (match := _BLOCK.match(text))][:1]
    return f"{type_}.{name}"
