"""Runs checkov on synthesized stacks."""

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

# With either of these, checkov would contact its vendor's platform.
_PLATFORM_VARIABLES = ("BC_API_KEY", "PRISMA_API_URL")
_BLOCK = re.compile(r'^    "(\w+)": \{$')


# "api_key_source": "AUTHORIZER" looks like a key and its value: it has an address, so that it alone can be accepted.
_KEY_SOURCE = "api_key_source"


class ScanError(Exception):
    """checkov did not report a result; the message gives the reason."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """The result of one check for one resource."""

    environment: str
    check: str
    """checkov's id: `CKV_AWS_120`."""
    name: str
    """What the check requires."""
    address: str
    """The Terraform address, `aws_api_gateway_stage.stage`; for a secret, the line of the JSON or `api_key_source`."""
    passed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """checkov's results for some stacks."""

    verdicts: tuple[Verdict, ...]
    unread: tuple[str, ...]
    """Files that checkov cannot parse."""

    def of(self, environments: Collection[str]) -> tuple[Verdict, ...]:
        """The results for these stacks. Raises ScanError if one has none, because a stack that was not checked did not
        pass.
        """
        if unread := [file for file in self.unread if Path(file).parent.name in environments]:
            raise ScanError(f"checkov cannot read {', '.join(unread)}")
        verdicts = tuple(verdict for verdict in self.verdicts if verdict.environment in environments)
        if unseen := set(environments) - {verdict.environment for verdict in verdicts}:
            raise ScanError(f"checkov found nothing to check in {', '.join(sorted(unseen))}")
        return verdicts


def scan(stacks: Path, environments: Collection[str]) -> tuple[Verdict, ...]:
    """The results for `<stacks>/<environment>/cdk.tf.json`.

    Raises ScanError if checkov is not installed, fails, or does not report on an environment.
    """
    if not environments:
        raise ScanError(f"{stacks}: no stack")
    for environment in environments:
        if not (stacks / environment / "cdk.tf.json").exists():
            raise ScanError(f"{stacks / environment / 'cdk.tf.json'}: not synthesized")
    return run(stacks, environments).of(environments)


def run(stacks: Path, environments: Collection[str]) -> Run:
    """One run of checkov, which takes seconds even for a small stack."""
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
    """One report for each framework that found something to check."""
    if not CHECKOV.exists():
        raise ScanError("checkov is not installed: run make policy, in a project make -C .spillway install-project")
    done = subprocess.run(
        [
            CHECKOV,
            # `terraform` reads only *.tf files and silently passes a folder of JSON.
            *("--framework", "terraform_json", "secrets"),
            *("--external-checks-dir", OWN_CHECKS),
            *("--output", "json"),
            # Without network: no platform, no modules.
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
    # checkov exits with 1 if a check failed.
    if done.returncode not in {0, 1}:
        raise ScanError(f"checkov failed:\n{done.stderr[-2000:]}")
    try:
        reports = json.loads(done.stdout)
    except ValueError:
        raise ScanError(f"checkov failed:\n{done.stdout[-500:]}{done.stderr[-2000:]}") from None
    # A list if several frameworks report, and without `results` if none does.
    return [report for report in (reports if isinstance(reports, list) else [reports]) if "results" in report]


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
    """The whole Terraform address. Half of checkov's checks report only `resource.NAME` and have the type one level
    up.
    """
    block, dot, name = resource.partition(".")
    if not dot:  # a secret, identified by its hash
        text = file.read_text().splitlines()[line - 1]
        return _KEY_SOURCE if text.lstrip().startswith(f'"{_KEY_SOURCE}": ') else f"line {line}"
    if block != "resource":
        return resource
    above = file.read_text().splitlines()[:line]
    (type_,) = [match[1] for text in reversed(above) if (match := _BLOCK.match(text))][:1]
    return f"{type_}.{name}"
