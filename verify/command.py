"""The command line of a verification. It loads what it needs itself, so that --help is quick."""

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from review.refusal import ReviewError

if TYPE_CHECKING:
    from rich.console import Console

    from settings.environment import Environment
    from settings.waf.rate_rule import RateRule
    from verify.runs import Run, Runs

# ruff: noqa: PLC0415  # what reads an environment file takes half a second to import, and `--help` needs none of it

_NOT_REACHED = 2
_NO_OUTPUTS = "--outputs is not the output of `terraform output -json`"


def verify(
    environment: Annotated[
        str, typer.Argument(metavar="ENVIRONMENT", help="A name in the folder environments, or a .toml file.")
    ],
    *,
    outputs: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Output of `terraform output -json`: URL and keys. Default: Spillway runs it in the stack's folder.",
        ),
    ] = None,
    url: Annotated[str, typer.Option(metavar="URL", help="URL of the stage. Default: the one in the outputs.")] = "",
    most: Annotated[int, typer.Option(metavar="N", min=1, help="Most requests to send in total.")] = 2000,
    paid_backends: Annotated[
        bool, typer.Option("--paid-backends", help="Also call backends that may cost money.")
    ] = False,
    with_waf: Annotated[bool, typer.Option("--waf", help="Also exceed a WAF rate rule that counts by IP.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Send without asking first.")] = False,
) -> None:
    """Check with a few requests whether the deployed stage does what the environment file sets.

    It ends with 2 if a bucket was not emptied.
    """
    from rich.markup import escape

    from review.environment_file import read
    from verify import waf
    from verify.check import Checked
    from verify.runs import runs

    console = _console()
    settings = read(environment)
    known = _outputs_in(outputs) if outputs else {} if url else _outputs_of(settings.name)
    stage = (url or str(known.get("http_endpoint", ""))).rstrip("/")
    if url and not url.startswith(("http://", "https://")):
        raise ReviewError(f"--url {url}: must begin with https:// or http://")
    if not stage.startswith(("http://", "https://")):
        raise ReviewError("the URL of the stage is unknown: deploy first, or pass it with --url")
    prefix = "api_key_"
    keys = {name.removeprefix(prefix): str(value) for name, value in known.items() if name.startswith(prefix)}
    asked = runs(settings, stage, keys, paid_backends=paid_backends)
    rule = waf.rule_of(settings) if with_waf else None
    target = next((run for run in asked.bursts if rule and waf.counts(settings, rule, run)), None)
    rule_requests = waf.most_requests(rule) if rule and target else 0
    _agree(console, stage, asked, settings, rule_requests=rule_requests, most=most, yes=yes)
    checked = Checked(settings, asked, console)
    rows, wrong = checked.rows, checked.wrong
    if with_waf:
        wrong += _run_into_waf(console, settings, rule, target)
    for line in wrong:
        console.print(f"[red]not as set[/] {escape(line)}", soft_wrap=True)
    if wrong:
        raise typer.Exit(1)
    if any(each.verdict == "stopped by WAF" for each in rows):
        console.print("stopped by WAF, so this throttle was not checked; try again after the rule's window")
    if any(each.verdict == "not reached" for each in rows):
        console.print("not emptied: the requests came too slowly for this bucket, so this throttle was not checked")
    if any(each.verdict != "as set" for each in rows):
        raise typer.Exit(_NOT_REACHED)


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 110)


def _outputs_in(file: Path) -> dict[str, Any]:
    try:
        return _values(file.read_bytes())
    except OSError:
        raise ReviewError(_NO_OUTPUTS) from None


def _outputs_of(environment: str) -> dict[str, Any]:
    """The outputs of the stack that was deployed from this folder; empty without one, or without Terraform."""
    from deploy.terraform import TerraformUnavailableError, stack_folder, terraform_binary, terraform_outputs

    try:
        return _values(terraform_outputs(stack_folder(environment), binary=terraform_binary()))
    except TerraformUnavailableError:
        return {}


def _values(content: bytes) -> dict[str, Any]:
    """The values by name; an empty dictionary if nothing is deployed."""
    try:
        return {name: output["value"] for name, output in json.loads(content or b"{}").items()}
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ReviewError(_NO_OUTPUTS) from None


def _agree(
    console: "Console",
    stage: str,
    asked: "Runs",
    settings: "Environment",
    *,
    rule_requests: int,
    most: int,
    yes: bool,
) -> None:
    """Print what will be sent, and ask for consent. Raises ReviewError."""
    from rich.markup import escape

    for reason in asked.left_out:
        console.print(f"  [dim]left out: {escape(reason)}[/]", soft_wrap=True)
    count = asked.count + rule_requests
    if not count:
        raise ReviewError("nothing can be checked on this stage")
    if count > most:
        raise ReviewError(
            f"this needs {count} requests, but the limit is {most}: --most {count} allows them, with make MOST={count}"
        )
    console.print(f"{count} requests to {stage}", soft_wrap=True)
    if rule_requests:
        console.print(f"  up to {rule_requests} of them for WAF, which then stops this address for some minutes")
    if settings.waf and not rule_requests:
        console.print("  WAF's rate rules count them and may stop this address")
    if not yes and not typer.confirm("Send them?"):
        raise typer.Exit(1)


def _run_into_waf(
    console: "Console", settings: "Environment", rule: "RateRule | None", target: "Run | None"
) -> list[str]:
    """The differences between the rule and its settings."""
    from settings.layer import Layer
    from verify import waf
    from verify.answers import contract

    if rule is None or target is None:
        console.print("  WAF: no rule that counts by IP and blocks covers the routes that can be checked here")
        return []
    stopped = waf.run_into(rule, target)
    if stopped.answer is None or stopped.lag is None:
        return [f"WAF rule {rule.name}: {stopped.sent} requests, limit {rule.limit}, and WAF stopped none"]
    console.print(
        f"  WAF rule {rule.name}: stopped after {stopped.sent} requests, limit {rule.limit}, "
        f"{stopped.lag:.0f} s after the limit was passed"
    )
    return [f"WAF rule {rule.name}: {said}" for said in contract(settings, stopped.answer, Layer.WAF)]
