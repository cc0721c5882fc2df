"""`make demo`: deploy environments/local.toml to a local AWS emulator, hit its limits, show what came back."""

import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import FrameType
from typing import Any

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demo.burst import Answer, send
from demo.command_line import ROOT, Cdktf, CommandFailedError
from demo.emulator import emulator, emulator_client, free_port
from demo.terraform import TerraformUnavailableError, require_provider, terraform_binary
from settings.checks.throttling import bucket_of
from settings.environment import Environment
from settings.read import read_environment
from settings.throttling import Throttle

FOLDER = ROOT / ".demo"
STACK = "local"
REQUESTS = 60
PAUSE = 0.25  # seconds: 60 requests of 8 clients then take two, long enough to see the bucket refill
_USUAL_PORT = 4566

_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TELLING = re.compile(
    r"(Creation|Destruction|Modifications) complete|complete!|^Plan:|Error|offline-terraform: dropped"
)

# 80 columns is what rich takes where there is no terminal, and too few for the tables.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)


def main() -> int:
    """0 where the limits did what rate and burst allow, or where nothing can be deployed from here; 1 otherwise."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    port = free_port(_USUAL_PORT)
    environments = _environments(port)
    environment = read_environment(environments / f"{STACK}.toml")
    step(f"Synthesize environments/{STACK}.toml")
    configuration = _synthesize(environments)
    # Now, since a stand-in for an older provider may rewrite the file when Terraform starts.
    rules = json.loads(configuration.read_text())["resource"]["aws_wafv2_web_acl"]["web_acl"]["rule"]
    step("The limits that a deploy sets")
    _show_limits(environment)
    try:
        step("Look for Terraform and its AWS provider")
        binary = terraform_binary()
        require_provider(binary, configuration, FOLDER / "provider")
    except TerraformUnavailableError as reason:
        console.print(f"Not deployed: {escape(str(reason))}. Everything above needs no Terraform.", soft_wrap=True)
        return 0
    step(f"Start the AWS emulator on 127.0.0.1:{port}")
    cdktf = Cdktf(FOLDER, environments=environments, binary=binary, report=_report)
    with emulator(port) as url:
        try:
            step(f"cdktf deploy {STACK}")
            outputs = cdktf.deploy(STACK)
            right = _hit(environment, outputs)
            step("The WAF rule that stands in front")
            _show_waf(url, environment, rules)
        except CommandFailedError as error:
            console.print(f"[red]cdktf failed:[/]\n{escape(str(error))}")
            return 1
        finally:
            step(f"cdktf destroy {STACK}")
            _destroy(cdktf)
    step("Stopped the emulator; nothing is left running")
    return 0 if right else 1


def step(text: str) -> None:
    console.print(f"\n[bold cyan]▸ {escape(text)}[/]")


def _report(line: str) -> None:
    """A line for each thing that is made or gone, and whatever goes wrong; the plan would be hundreds of lines."""
    text = _ANSI.sub("", line).strip().removeprefix(STACK).strip()
    if _TELLING.search(text):
        console.print(f"  [dim]{escape(text)}[/]", soft_wrap=True)


def _environments(port: int) -> Path:
    """A folder with a copy of local.toml alone; where the usual port is taken, the copy names another."""
    folder = FOLDER / "environments"
    folder.mkdir(parents=True)
    text = (ROOT / "environments" / f"{STACK}.toml").read_text()
    (folder / f"{STACK}.toml").write_text(text.replace(f"127.0.0.1:{_USUAL_PORT}", f"127.0.0.1:{port}"))
    return folder


def _synthesize(environments: Path) -> Path:
    output = FOLDER / "cdktf.out"
    subprocess.run(
        [sys.executable, "main.py"],
        cwd=ROOT,
        env={**os.environ, "ENVIRONMENTS": str(environments), "CDKTF_OUTDIR": str(output)},
        check=True,
    )
    configuration = output / "stacks" / STACK / "cdk.tf.json"
    console.print(f"  {configuration.relative_to(ROOT)}")
    return configuration


def _show_limits(environment: Environment) -> None:
    table = Table("limit", "for", "rate or limit", "burst or window", "shared by", box=SIMPLE)
    for key, throttle in (
        ("every method without its own", environment.throttling),
        *environment.throttling.routes.items(),
    ):
        if isinstance(throttle, Throttle):
            row = (f"{throttle.rate_limit:g} requests/s", f"{throttle.burst_limit} requests")
        else:
            row = (throttle, "")
        table.add_row("throttle", key, *row, "all callers")
    if environment.waf:
        for rule in environment.waf.rate_rules:
            table.add_row(
                f"WAF rule {rule.name}",
                "the whole API",
                f"{rule.limit} requests",
                f"{rule.evaluation_window_sec} s",
                f"one {rule.aggregate_key_type}",
            )
    console.print(table)


def _hit(environment: Environment, outputs: dict[str, str]) -> bool:
    """Send a burst to every route, say whether the answers fit its bucket, and show one whole 429."""
    step(f"Send {REQUESTS} requests to each route within two seconds, 8 clients at once")
    table = Table("route", "200", "429", "other", "200s that a full bucket allows", "", box=SIMPLE)
    right, refused = True, None
    for route in environment.routes:
        throttle = bucket_of(environment, route.key)
        if not isinstance(throttle, Throttle):
            continue
        burst = send(route.method, outputs[f"url_{route.address}"], count=REQUESTS, pause=PAUSE)
        statuses, allowed = burst.statuses, burst.allowed(throttle)
        fits = statuses[200] in allowed and statuses[200] + statuses[429] == REQUESTS
        right &= fits
        refused = next((answer for answer in burst.answers if answer.status == 429), refused)  # noqa: PLR2004
        table.add_row(
            route.key,
            str(statuses[200]),
            str(statuses[429]),
            str(REQUESTS - statuses[200] - statuses[429]),
            f"{allowed.start} to {allowed.stop - 1}",
            "[green]as set[/]" if fits else "[red]not as set[/]",
        )
    console.print(table)
    if refused:
        step("One whole 429")
        _show_answer(refused)
    return right


def _show_answer(answer: Answer) -> None:
    console.print(f"  HTTP/1.1 {answer.status} {answer.reason}")
    for name, value in answer.headers:
        console.print(f"  {escape(name)}: {escape(value)}")
    console.print()
    for line in json.dumps(json.loads(answer.body), indent=2).splitlines():
        console.print(f"  {escape(line)}")


def _show_waf(url: str, environment: Environment, rules: list[dict[str, Any]]) -> None:
    """The rules as synthesized, and whether AWS's own call finds the web ACL on the stage."""
    for rule in rules:
        shown = {"name": rule["name"], **rule["statement"], "action": rule["action"]}
        console.print(f"  {escape(json.dumps(shown))}", soft_wrap=True)
    client = emulator_client(url, "wafv2", region=environment.aws.region)
    acls = client.list_web_acls(Scope="REGIONAL")["WebACLs"]
    for acl in acls:
        resources = client.list_resources_for_web_acl(WebACLArn=acl["ARN"], ResourceType="API_GATEWAY")["ResourceArns"]
        console.print(f"  web ACL {acl['Name']} stands before {', '.join(resources) or 'nothing'}")
    console.print("  The emulator keeps the rule but does not enforce it; AWS does, within seconds to minutes.")


def _destroy(cdktf: Cdktf) -> None:
    # A second Ctrl-C would leave resources behind.
    previous = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        cdktf.destroy(STACK)
    except CommandFailedError as error:
        console.print(f"  [dim]destroy: {escape(str(error).splitlines()[-1] if str(error) else 'failed')}[/]")
    finally:
        signal.signal(signal.SIGINT, previous)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        console.print("\nInterrupted; what was started is stopped.")
        sys.exit(130)
    finally:
        shutil.rmtree(FOLDER, ignore_errors=True)
