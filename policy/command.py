"""The command line of the policy checks: 0 if every failed check is accepted in suppressions.toml."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from policy.suppressions import Judgement, Suppression

OF_THE_FOLDER = Path("policy") / "suppressions.toml"
"""The accepted failures of the folder that the command runs in. Without that file, Spillway's own count."""
OUTPUT = Path("cdktf.out")
_MANIFEST = "manifest.json"


def policy(
    environments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ENVIRONMENT",
            help="Names in the folder environments, or .toml files. Default: all that spillway synth has written to "
            "cdktf.out. The path of another output folder works too.",
        ),
    ] = None,
) -> None:
    """Run checkov on synthesized stacks. The accepted failures are in policy/suppressions.toml."""
    from policy.scan import ScanError, scan
    from policy.suppressions import SUPPRESSIONS, SuppressionsError, judge, read_suppressions

    output, wanted = _output_and_wanted(environments or [])
    try:
        chosen = _chosen(output, wanted)
        suppressions = read_suppressions(OF_THE_FOLDER if OF_THE_FOLDER.is_file() else SUPPRESSIONS)
        verdicts = scan(output / "stacks", chosen)
    except (ScanError, SuppressionsError) as error:
        sys.exit(str(error))
    judgement = judge(verdicts, suppressions)
    for environment in chosen:
        counts = {
            "passed": [verdict for verdict in verdicts if verdict.passed],
            "suppressed": judgement.suppressed,
            "failed": judgement.failed,
        }
        counted = [f"{sum(v.environment == environment for v in each)} {what}" for what, each in counts.items()]
        print(f"{environment}: {', '.join(counted)}")
    _print_failures(judgement)
    if unneeded := _unneeded(judgement.unused, chosen):
        print(f"note: suppressions.toml: no longer needed: {', '.join(unneeded)}")
    sys.exit(1 if judgement.failed else 0)


def _output_and_wanted(given: list[str]) -> tuple[Path, set[str]]:
    """The output folder, and the names of the wanted environments. No names: all."""
    if len(given) == 1 and (Path(given[0]) / _MANIFEST).is_file():
        return Path(given[0]), set()
    if len(given) == 1 and Path(given[0]).is_dir():
        sys.exit(f"{given[0]}: there is no synthesized stack in this folder: run spillway synth")
    return OUTPUT, {Path(name).name.removesuffix(".toml") for name in given}


def _chosen(output: Path, wanted: set[str]) -> list[str]:
    try:
        synthesized = sorted(json.loads((output / _MANIFEST).read_text(encoding="utf-8"))["stacks"])
    except FileNotFoundError:
        sys.exit(f"{output}: there is no synthesized stack: run spillway synth")
    if unknown := sorted(wanted - {*synthesized}):
        sys.exit(
            f"{unknown[0]}: no such environment in {output}, which has {', '.join(synthesized)}; run spillway synth "
            "after you add one"
        )
    return [name for name in synthesized if name in wanted or not wanted]


def _print_failures(judgement: "Judgement") -> None:
    from policy.keys import by_check

    for verdict in judgement.failed:
        fulfilled = by_check().get(verdict.check)
        advice = f"; {fulfilled.advice()}" if fulfilled else ""
        print(f"{verdict.environment}: {verdict.check}: {verdict.address}: {verdict.name}{advice}")
    if judgement.failed:
        print("The keys are described in docs/reference.md. To accept a failure, add it to policy/suppressions.toml.")


def _unneeded(unused: "tuple[Suppression, ...]", checked: list[str]) -> list[str]:
    """Suppressions of single environments that were checked. Those of every environment are for later ones too."""
    return [
        f"{each.check} in {', '.join(each.environments)}"
        for each in unused
        if each.environments and {*each.environments} <= {*checked}
    ]
