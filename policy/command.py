"""The command line of the policy checks: 0 where every failed check is accepted in suppressions.toml."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

# ruff: noqa: PLC0415  # what reads the suppressions takes a third of a second to import, and `--help` needs none of it

OF_THE_FOLDER = Path("policy") / "suppressions.toml"
"""The accepted failures of the folder that the command runs in. Without that file, Spillway's own count."""


def policy(
    output: Annotated[Path, typer.Argument(metavar="FOLDER", help="Where the stacks were synthesized to.")] = Path(
        "cdktf.out"
    ),
) -> None:
    """Run checkov on every synthesized stack. The accepted failures are in policy/suppressions.toml."""
    from policy.scan import ScanError, scan
    from policy.suppressions import SUPPRESSIONS, SuppressionsError, judge, read_suppressions

    try:
        environments = sorted(json.loads((output / "manifest.json").read_text())["stacks"])
        suppressions = read_suppressions(OF_THE_FOLDER if OF_THE_FOLDER.is_file() else SUPPRESSIONS)
        verdicts = scan(output / "stacks", environments)
    except FileNotFoundError:
        if not output.exists():
            sys.exit(
                f"{output}: no such folder; leave it out to check every environment that spillway synth has written to "
                "cdktf.out"
            )
        sys.exit(f"{output}: there is no synthesized stack: run spillway synth")
    except (ScanError, SuppressionsError) as error:
        sys.exit(str(error))
    judgement = judge(verdicts, suppressions)
    for environment in environments:
        counts = {
            "passed": [verdict for verdict in verdicts if verdict.passed],
            "suppressed": judgement.suppressed,
            "failed": judgement.failed,
        }
        counted = [f"{sum(v.environment == environment for v in each)} {what}" for what, each in counts.items()]
        print(f"{environment}: {', '.join(counted)}")
    for verdict in judgement.failed:
        print(f"{verdict.environment}: {verdict.check}: {verdict.address}: {verdict.name}")
    if judgement.unused:
        unused = ", ".join(f"{each.check}{_where(each.environments)}" for each in judgement.unused)
        print(f"suppressions.toml: suppressed, but does not fail: {unused}")
    sys.exit(1 if judgement.failed else 0)


def _where(environments: tuple[str, ...] | None) -> str:
    return f" in {', '.join(environments)}" if environments else ""
