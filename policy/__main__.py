"""`make policy`: 0 if suppressions.toml accepts every failed check, otherwise 1."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from policy.scan import ScanError, scan
from policy.suppressions import SuppressionsError, judge, read_suppressions


def main(
    output: Annotated[Path, typer.Argument(help="Folder with the synthesized stacks")] = Path("cdktf.out"),
) -> None:
    """Run checkov on every synthesized stack. policy/suppressions.toml lists the accepted failures."""
    try:
        environments = sorted(json.loads((output / "manifest.json").read_text())["stacks"])
        suppressions = read_suppressions()
        verdicts = scan(output / "stacks", environments)
    except FileNotFoundError:
        sys.exit(f"{output}: there is no synthesized stack: run make synth")
    except (ScanError, SuppressionsError) as error:
        sys.exit(str(error))
    judgement = judge(verdicts, suppressions)
    for environment in environments:
        counts = {
            "passed": [verdict for verdict in verdicts if verdict.passed],
            "suppressed": judgement.suppressed,
            "failed": judgement.failed,
        }
        said = [f"{sum(v.environment == environment for v in each)} {what}" for what, each in counts.items()]
        print(f"{environment}: {', '.join(said)}")
    for verdict in judgement.failed:
        print(f"{verdict.environment}: {verdict.check}: {verdict.address}: {verdict.name}")
    for each in judgement.unused:
        print(f"suppressions.toml: {each.check} is suppressed but does not fail{_where(each.environments)}")
    sys.exit(1 if judgement.failed else 0)


def _where(environments: tuple[str, ...] | None) -> str:
    return f" in {', '.join(environments)}" if environments else ""


if __name__ == "__main__":
    typer.run(main)
