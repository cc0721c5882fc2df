"""The command line of a verification. It loads what it needs itself, so that --help is quick."""

import http.client
import json
import sys
from pathlib import Path
from re import fullmatch, sub
from typing import TYPE_CHECKING, Annotated, Any

import typer

from review.refusal import ReviewError

if TYPE_CHECKING:
    from rich.console import Console

    from settings.environment import Environment
    from settings.waf.rate_rule import RateRule
    from verify.check import Checked
    from verify.runs import Run, Runs

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

    It ends with 1 if something differs or nothing could be checked, and with 2 if a limit was not reached.
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
    if "*" in stage:
        raise ReviewError(f"{stage} is a wildcard domain: pass one of its names with --url")
    prefix = "api_key_"
    keys = {
        name.removeprefix(prefix): str(value)
        for name, value in known.items()
        # http.client would print what it cannot send in a header.
        if name.startswith(prefix) and fullmatch("[!-~]+", str(value))
    }
    asked = runs(settings, stage, keys, paid_backends=paid_backends)
    rule = waf.rule_of(settings) if with_waf else None
    target = next((run for run in asked.bursts if rule and waf.counts(settings, rule, run)), None)
    rule_requests = waf.most_requests(rule) if rule and target else 0
    _agree(console, stage, asked, settings, rule_requests=rule_requests, most=most, yes=yes)
    try:
        checked = Checked(settings, asked, console)
        if with_waf:
            _run_into_waf(console, settings, rule, target, checked)
    except (OSError, http.client.HTTPException) as error:
        raise ReviewError(f"{stage}: {_no_answer(settings, error)}") from None
    for line in checked.wrong:
        console.print(f"[red]not as set[/] {escape(line)}", soft_wrap=True)
    if checked.wrong:
        raise typer.Exit(1)
    for line in checked.unchecked:
        console.print(escape(line), soft_wrap=True)
    if checked.unchecked:
        raise typer.Exit(_NOT_REACHED)


def _no_answer(settings: "Environment", error: Exception) -> str:
    """Why a request got no answer, and what the file tells about it."""
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    # OpenSSL's words, without its number and the line in its source.
    reason = sub(r"^\[SSL[^]]*\] | \(_ssl\.c:\d+\)$", "", str(said))
    if not isinstance(error, OSError):
        reason = f"{type(error).__name__}: {reason}"
    if settings.api.endpoint_type == "PRIVATE":
        return f"{reason}; a PRIVATE API can be called only through its VPC endpoint"
    if settings.domain and settings.domain.mutual_tls:
        return f"{reason}; the domain requires a client certificate, and this command sends none"
    return reason


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
    if any(plan.quota for plan in settings.usage_plans.values()) and any(run.headers for run in asked.bursts):
        console.print("  requests with a key count toward the key's quota")
    if settings.waf and not rule_requests:
        console.print("  WAF's rate rules count them and may stop this address")
    if not yes and not typer.confirm("Send them?"):
        raise typer.Exit(1)


def _run_into_waf(
    console: "Console",
    settings: "Environment",
    rule: "RateRule | None",
    target: "Run | None",
    checked: "Checked",
) -> None:
    """Add the differences between the rule and its settings, or why it could not be checked."""
    from settings.layer import Layer
    from verify import waf
    from verify.answers import contract

    if rule is None or target is None:
        checked.unchecked.append("WAF: no rule that counts by IP and blocks covers the routes that can be checked here")
        return
    stopped = waf.run_into(rule, target)
    if stopped.answer is None or stopped.lag is None:
        sent = f"WAF rule {rule.name}: {stopped.sent} requests, limit {rule.limit}"
        if stopped.exceeded:
            checked.wrong.append(f"{sent}, and WAF stopped none")
        else:
            window = f"{rule.evaluation_window_sec} s"
            checked.unchecked.append(f"{sent}, but too slowly to exceed it within {window}, so it was not checked")
        return
    lag = f"{stopped.lag:.0f} s after the limit was passed" if stopped.exceeded else "the bursts before it count too"
    console.print(
        f"  WAF rule {rule.name}: stopped after {stopped.sent} requests, limit {rule.limit}, {lag}", soft_wrap=True
    )
    checked.wrong += [
        f"WAF rule {rule.name}: {said}"
        for said in contract(settings, stopped.answer, Layer.WAF, has_body=target.method != "HEAD")
    ]
