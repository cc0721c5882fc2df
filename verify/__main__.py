"""`make verify ENV=prod`: 0 if all is as set, 1 if not or if nothing could be asked, 2 if a bucket was not reached."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape

from review.environment_file import read
from review.refusal import ReviewError
from settings.environment import Environment
from settings.layer import Layer
from settings.problem import EnvironmentFileError
from settings.waf.rate_rule import RateRule
from verify import waf
from verify.answers import contract
from verify.check import Checked
from verify.runs import Run, Runs, runs

console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

_NOT_REACHED = 2


@app.command()
def verify(
    environment: Annotated[str, typer.Argument(metavar="ENVIRONMENT", help="A name in environments, or a .toml file.")],
    *,
    outputs: Annotated[
        Path | None, typer.Option(metavar="FILE", help="What `terraform output -json` says: the URL, and keys.")
    ] = None,
    url: Annotated[str, typer.Option(help="The stage's URL, in place of the one of the outputs.")] = "",
    most: Annotated[int, typer.Option(help="Requests that may be sent in all.")] = 2000,
    paid_backends: Annotated[bool, typer.Option("--paid-backends", help="Ask backends that may cost money.")] = False,
    with_waf: Annotated[bool, typer.Option("--waf", help="Also run into a WAF rate rule by IP.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it sends.")] = False,
) -> None:
    """Ask the deployed stage whether it does what the file says."""
    settings = read(environment)
    known = _read_outputs(outputs)
    stage = (url or str(known.get("http_endpoint", ""))).rstrip("/")
    if not stage.startswith(("http://", "https://")):
        raise ReviewError("no URL of a stage: deploy first, or name it with --url")
    prefix = "api_key_"
    keys = {name.removeprefix(prefix): str(value) for name, value in known.items() if name.startswith(prefix)}
    asked = runs(settings, stage, keys, paid_backends=paid_backends)
    rule = waf.rule_of(settings) if with_waf else None
    target = next((run for run in asked.bursts if rule and waf.counts(settings, rule, run)), None)
    _agree(stage, asked, settings, rule_requests=waf.most_requests(rule) if rule and target else 0, most=most, yes=yes)
    checked = Checked(settings, asked, console)
    rows, wrong = checked.rows, checked.wrong
    if with_waf:
        wrong += _run_into_waf(settings, rule, target)
    for line in wrong:
        console.print(f"[red]not as set[/] {escape(line)}", soft_wrap=True)
    if wrong:
        raise typer.Exit(1)
    if any(each.verdict == "stopped by WAF" for each in rows):
        console.print("stopped by WAF: nothing is said of that throttle; ask again once the rule's window has passed")
    if any(each.verdict == "not reached" for each in rows):
        console.print("not reached: the requests came too slowly to empty that bucket; nothing is said of it")
    if any(each.verdict != "as set" for each in rows):
        raise typer.Exit(_NOT_REACHED)


def _read_outputs(file: Path | None) -> dict[str, Any]:
    """By name; nothing where there is no file."""
    if file is None:
        return {}
    try:
        found = json.loads(file.read_text(encoding="utf-8") or "{}")
        return {name: output["value"] for name, output in found.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise ReviewError("--outputs is not what `terraform output -json` prints") from None


def _agree(stage: str, asked: Runs, settings: Environment, *, rule_requests: int, most: int, yes: bool) -> None:
    """Say what is to be sent, and ask. Raises ReviewError."""
    for reason in asked.left_out:
        console.print(f"  [dim]left out: {escape(reason)}[/]", soft_wrap=True)
    count = asked.count + rule_requests
    if not count:
        raise ReviewError("nothing can be asked of this stage")
    if count > most:
        raise ReviewError(f"it would take {count} requests, and {most} are allowed: MOST={count} allows them")
    console.print(f"{count} requests to {stage}", soft_wrap=True)
    if rule_requests:
        console.print(f"  up to {rule_requests} of them for WAF, which then stops this address for some minutes")
    if settings.waf and not rule_requests:
        console.print("  they count for WAF's rate rules, which may stop this address")
    if not yes and not typer.confirm("Send them?"):
        raise typer.Exit(1)


def _run_into_waf(settings: Environment, rule: RateRule | None, target: Run | None) -> list[str]:
    """What of the rule is not as set."""
    if rule is None or target is None:
        console.print("  WAF: no rule that blocks by IP counts what can be asked here")
        return []
    stopped = waf.run_into(rule, target)
    if stopped.answer is None or stopped.lag is None:
        return [f"WAF rule {rule.name}: {stopped.sent} requests, limit {rule.limit}, and none was stopped"]
    console.print(
        f"  WAF rule {rule.name}: stopped after {stopped.sent} requests, limit {rule.limit}, "
        f"{stopped.lag:.0f} s after the limit was passed"
    )
    return [f"WAF rule {rule.name}: {said}" for said in contract(settings, stopped.answer, Layer.WAF)]


def main() -> int:
    """The exit status."""
    try:
        app()
    except (ReviewError, EnvironmentFileError) as error:
        console.print(escape(str(error)), soft_wrap=True)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
