"""The command line of a verification. It loads what it needs itself, so that --help is quick."""

import json
import sys
from collections.abc import Callable
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


def verify(
    environment: Annotated[
        str, typer.Argument(metavar="ENVIRONMENT", help="A name in the folder environments, or a .toml file.")
    ],
    *,
    outputs: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="What `terraform output -json` prints: the URL and the keys. Default: Terraform is asked in the "
            "folder of the stack.",
        ),
    ] = None,
    url: Annotated[str, typer.Option(metavar="URL", help="The stage's URL, in place of the one of the outputs.")] = "",
    most: Annotated[int, typer.Option(metavar="N", min=1, help="Requests that may be sent in all.")] = 2000,
    paid_backends: Annotated[bool, typer.Option("--paid-backends", help="Ask backends that may cost money.")] = False,
    with_waf: Annotated[bool, typer.Option("--waf", help="Also run into a WAF rate rule by IP.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask before it sends.")] = False,
) -> None:
    """Ask the deployed stage whether it does what the file says. 2 if a bucket was not reached."""
    from rich.markup import escape

    from review.environment_file import read
    from verify import waf
    from verify.check import Checked
    from verify.runs import runs

    console = _console()
    settings = read(environment)
    known = _read_outputs(outputs.read_bytes if outputs else None) if outputs or url else _outputs_of(settings.name)
    stage = (url or str(known.get("http_endpoint", ""))).rstrip("/")
    if not stage.startswith(("http://", "https://")):
        raise ReviewError("no URL of a stage: deploy first, or name it with --url")
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
        console.print("stopped by WAF: nothing is said of that throttle; ask again once the rule's window has passed")
    if any(each.verdict == "not reached" for each in rows):
        console.print("not reached: the requests came too slowly to empty that bucket; nothing is said of it")
    if any(each.verdict != "as set" for each in rows):
        raise typer.Exit(_NOT_REACHED)


def _console() -> "Console":
    from rich.console import Console

    return Console(highlight=False, width=None if sys.stdout.isatty() else 110)


def _outputs_of(environment: str) -> dict[str, Any]:
    """Those of the stack that was deployed from this folder; nothing if there is none, or no Terraform."""
    from deploy.terraform import TerraformUnavailableError, stack_folder, terraform_binary, terraform_outputs

    try:
        said = terraform_outputs(stack_folder(environment), binary=terraform_binary())
    except TerraformUnavailableError:
        return {}
    return _read_outputs(lambda: said)


def _read_outputs(content: Callable[[], bytes] | None) -> dict[str, Any]:
    """By name; nothing where there is no file."""
    if content is None:
        return {}
    try:
        found = json.loads(content() or b"{}")
        return {name: output["value"] for name, output in found.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        raise ReviewError("--outputs is not what `terraform output -json` prints") from None


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
    """Say what is to be sent, and ask. Raises ReviewError."""
    from rich.markup import escape

    for reason in asked.left_out:
        console.print(f"  [dim]left out: {escape(reason)}[/]", soft_wrap=True)
    count = asked.count + rule_requests
    if not count:
        raise ReviewError("nothing can be asked of this stage")
    if count > most:
        raise ReviewError(
            f"it would take {count} requests, and {most} are allowed: --most {count} allows them, "
            f"with make MOST={count}"
        )
    console.print(f"{count} requests to {stage}", soft_wrap=True)
    if rule_requests:
        console.print(f"  up to {rule_requests} of them for WAF, which then stops this address for some minutes")
    if settings.waf and not rule_requests:
        console.print("  they count for WAF's rate rules, which may stop this address")
    if not yes and not typer.confirm("Send them?"):
        raise typer.Exit(1)


def _run_into_waf(
    console: "Console", settings: "Environment", rule: "RateRule | None", target: "Run | None"
) -> list[str]:
    """What of the rule is not as set."""
    from settings.layer import Layer
    from verify import waf
    from verify.answers import contract

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
