"""What `make demo` shows: it deploys environments/local.toml to a local AWS emulator, and reaches its limits.

`make demo ENV=prod` does the same with another environment, as far as the emulator supports it. If it has limits in
tokens, a model of the demo answers behind them, and a caller reaches one.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from rich.box import SIMPLE
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from demo.command_line import Cdktf, CommandFailedError
from demo.emulator import EmulatorError, emulator, emulator_client, free_port
from demo.for_emulator import for_emulator
from demo.interruption import interruptible
from demo.lambda_packages import PackagesUnavailableError, lambda_packages
from demo.model_server import model_server
from demo.terraform import require_provider
from demo.token_limit import NotAsSetError, reachable, show_token_limit
from deploy.terraform import ROOT, TerraformUnavailableError, terraform_binary
from review.environment_file import find
from review.layers.from_settings import layers_of
from review.limits.report import report
from review.limits.token_limits import token_budgets
from review.refusal import ReviewError
from review.table import Format, show
from settings.environment import Environment
from settings.layer import Layer
from settings.problem import EnvironmentFileError
from settings.read import read_environment
from settings.throttling import Throttle
from settings.token_limits.covering import metered_routes
from verify.burst import Answer, send
from verify.check import Checked
from verify.runs import runs

_FOLDER = ROOT / ".demo"
_LOCAL = "local"
REQUESTS = 60
PAUSE = 0.25  # seconds: 60 requests of 8 clients then take two, long enough to see the bucket refill
_USUAL_PORT = 4566

_DONE = re.compile(r"(?P<address>\S+): (?P<what>Creation|Modifications|Destruction) complete")
_WORDS = {"Creation": "created", "Modifications": "changed", "Destruction": "destroyed"}
_SUMMARY = re.compile(r"^(Plan:|Apply complete!|Destroy complete!)")

# rich uses 80 columns if there is no terminal, which is too few for the tables.
console = Console(highlight=False, width=None if sys.stdout.isatty() else 110)
# Starts on a terminal while nothing else is printed. A signal handler may change its text, but may not print.
working = console.status("")
_WAITS = "[yellow]interrupted: Terraform finishes, then everything is destroyed; press again to abort[/]"


def main(stack: str = _LOCAL) -> int:
    """Returns 0 if the limits allowed what rate and burst allow, or if this machine cannot deploy. Otherwise 1."""
    file = find(stack)
    environment = read_environment(Path(os.path.relpath(file)))
    port = free_port(_USUAL_PORT)
    with ExitStack() as started:
        folder = started.enter_context(_folder(port))
        model = started.enter_context(model_server()) if metered_routes(environment) else None
        return _demonstrate(file, environment, port, folder, model)


@contextmanager
def _folder(port: int) -> Iterator[Path]:
    """A folder of this demo while it runs. Two demos at once have different ports."""
    folder = _FOLDER / str(port)
    shutil.rmtree(folder, ignore_errors=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        # The last demo removes what they share.
        with suppress(OSError):
            _FOLDER.rmdir()


def _demonstrate(file: Path, given: Environment, port: int, folder: Path, model: str | None) -> int:
    """`model` is the URL of the model behind the routes with limits in tokens, if there are any."""
    stack = file.stem
    step(f"Synthesize {Path(os.path.relpath(file)).as_posix()}")
    environments = folder / "environments"
    environment, keys = _environment(file, given, port, environments, model)
    configuration = _synthesize(stack, environments, folder / "cdktf.out")
    step("The limits that a deploy sets")
    warnings = tuple(map(str, environment.warnings()))
    limits = report(layers_of(environment), warnings, budgets=token_budgets(environment))
    # The requests that follow show what the numbers assume.
    show(replace(limits, assumptions=()), Format.TABLE)
    try:
        step("Look for Terraform and its AWS provider")
        binary = terraform_binary()
        working.update("terraform init; the first time it fetches some hundred MB")
        with working:
            require_provider(binary, configuration)
        packages = _packages() if model else None
    except (TerraformUnavailableError, PackagesUnavailableError) as reason:
        console.print(f"Not deployed: {escape(str(reason))}. Everything above needs no Terraform.", soft_wrap=True)
        return 0
    step(f"Start the AWS emulator on 127.0.0.1:{port}")
    cdktf = Cdktf(
        folder,
        environments=environments,
        binary=binary,
        report=_report,
        interrupted=lambda: working.update(_WAITS),
        variables={f"api_key_value_{name}": value for name, value in keys.items()},
    )
    program = "ministack_with_api_keys" if model else "ministack"
    with emulator(port, node_modules=packages, program=program) as url:
        try:
            step(f"cdktf deploy {stack}")
            working.update("planning and applying")
            with working:
                outputs = cdktf.deploy(stack, synthesized=True)
            right = _hit(environment, outputs) if stack == _LOCAL else _check(environment, outputs, keys)
            if model:
                right &= _reach(environment, outputs, keys)
            _show_waf(url, environment)
        except CommandFailedError as error:
            console.print(f"[red]cdktf failed:[/]\n{escape(str(error))}", soft_wrap=True)
            return 1
        finally:
            step(f"cdktf destroy {stack}")
            _destroy(cdktf, stack)
    step("Stopped the emulator; nothing is left running")
    return 0 if right else 1


def step(text: str) -> None:
    console.print(f"\n[bold cyan]▸ {escape(text)}[/]")


def _report(line: str) -> None:
    """One line for each resource that is created or destroyed. The plan would have hundreds of lines."""
    if done := _DONE.search(line):
        console.print(f"  [dim]{_WORDS[done['what']]} {escape(done['address'])}[/]", soft_wrap=True)
    elif _SUMMARY.search(line):
        console.print(f"  {escape(line)}", soft_wrap=True)


def _packages() -> Path:
    """The packages that Lambda provides for the function in front of a model."""
    step("Look for the AWS SDK, which Lambda has and the emulator does not")
    working.update("make lambda-client; the first time it installs the packages")
    with working:
        return lambda_packages()


def _environment(
    file: Path, given: Environment, port: int, folder: Path, model: str | None
) -> tuple[Environment, dict[str, str]]:
    """A copy of the file in that folder, for the emulator on that port, and the values of its keys.

    local.toml is already for an emulator. If its port is in use, the copy has another one.
    """
    url = f"http://127.0.0.1:{port}"
    keys: dict[str, str] = {}
    if given.name == _LOCAL:
        text = file.read_text(encoding="utf-8").replace(f"http://127.0.0.1:{_USUAL_PORT}", url)
    else:
        text, keys, differences = for_emulator(file, given, url, model)
        for difference in differences:
            console.print(f"  [dim]{escape(difference)}[/]", soft_wrap=True)
    folder.mkdir(parents=True)
    copy = folder / file.name
    copy.write_text(text, encoding="utf-8")
    return read_environment(copy), keys


def _synthesize(stack: str, environments: Path, output: Path) -> Path:
    """Synthesize the stack, and return the folder of its configuration."""
    subprocess.run(
        [sys.executable, "main.py"],
        cwd=ROOT,
        env={**os.environ, "ENVIRONMENTS": str(environments), "CDKTF_OUTDIR": str(output)},
        check=True,
        # This process ends it after a Ctrl-C, so that it prints no traceback.
        start_new_session=True,
    )
    folder = output / "stacks" / stack
    console.print(f"  {(folder / 'cdk.tf.json').relative_to(ROOT)}")
    return folder


def _hit(environment: Environment, outputs: dict[str, str]) -> bool:
    """Send a burst to every route, print whether the responses fit its bucket, and show one complete 429."""
    step(f"Send {REQUESTS} requests to each route within two seconds, 8 clients at once")
    table = Table("route", "200", "429", "other", "200s that a full bucket allows", "", box=SIMPLE)
    right, refused = True, None
    for route in environment.routes:
        throttle = environment.throttling.throttle_of(route.key)
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


def _check(environment: Environment, outputs: dict[str, str], keys: dict[str, str]) -> bool:
    """The same for any environment, with the requests of `make verify`."""
    metered = {route.key for route in metered_routes(environment)}
    # A burst would reach the limits in tokens, and the responses would not show what the throttle does.
    others = environment.model_copy(
        update={"routes": tuple(route for route in environment.routes if route.key not in metered)}
    )
    if not others.routes:
        return True
    asked = runs(others, outputs["http_endpoint"], keys, paid_backends=False)
    step(f"Send {asked.count} requests: to each throttle as many as empty its bucket")
    for reason in asked.left_out:
        console.print(f"  [dim]left out: {escape(reason)}[/]", soft_wrap=True)
    checked = Checked(environment, asked, console)
    for line in checked.wrong:
        console.print(f"[red]not as set[/] {escape(line)}", soft_wrap=True)
    if checked.refused:
        step("One whole 429")
        _show_answer(checked.refused)
    return not checked.wrong


def _reach(environment: Environment, outputs: dict[str, str], keys: dict[str, str]) -> bool:
    """Reach a limit in tokens, if a chat completion can."""
    limit = reachable(environment, outputs["http_endpoint"], keys)
    if isinstance(limit, str):
        step("The limits in tokens")
        console.print(f"  [dim]not reached: {escape(limit)}[/]", soft_wrap=True)
        return True
    step(f"Reach a limit with OpenAI's client: {limit.words}")
    try:
        reached = show_token_limit(limit, console)
    except NotAsSetError as error:
        console.print(f"[red]not as set[/] {escape(str(error))}", soft_wrap=True)
        return False
    console.print("  [green]as set[/]" if reached else "  [dim]another limit of the file came first[/]")
    return True


def _show_answer(answer: Answer) -> None:
    console.print(f"  HTTP/1.1 {answer.status} {answer.reason}")
    for name, value in answer.headers:
        console.print(f"  {escape(name)}: {escape(value)}")
    console.print()
    for line in json.dumps(json.loads(answer.body), indent=2).splitlines():
        console.print(f"  {escape(line)}")


def _show_waf(url: str, environment: Environment) -> None:
    """Show what the file sets, and what AWS's own calls return."""
    if environment.waf is None:
        return
    step("The WAF rule in front of the API")
    for rule in environment.waf.rate_rules:
        console.print(
            f"  {rule.name}: {rule.action} each {rule.aggregate_key_type} above {rule.limit} requests in "
            f"{rule.evaluation_window_sec} s"
        )
        if rule.action == "block":
            headers = environment.rate_limit_response.response_headers(Layer.WAF)
            shown = ", ".join(
                f"{name}: {headers[name]}" for name in ("Retry-After", "x-should-retry") if name in headers
            )
            console.print(f"  Its answer is a 429 of the same format, with {shown}, and the code {Layer.WAF.code}.")
    client = emulator_client(url, "wafv2", region=environment.aws.region)
    for acl in client.list_web_acls(Scope="REGIONAL")["WebACLs"]:
        resources = client.list_resources_for_web_acl(WebACLArn=acl["ARN"], ResourceType="API_GATEWAY")["ResourceArns"]
        found = client.get_web_acl(Name=acl["Name"], Scope="REGIONAL", Id=acl["Id"])["WebACL"]["Rules"]
        names = ", ".join(rule["Name"] for rule in found)
        console.print(f"  Web ACL {acl['Name']} holds {names or 'nothing'} and stands before")
        console.print(f"  {', '.join(resources) or 'nothing'}", soft_wrap=True)
    console.print("  The emulator keeps the rule but does not enforce it; AWS does, within seconds to minutes.")


def _destroy(cdktf: Cdktf, stack: str) -> None:
    try:
        working.update("destroying")
        with working:
            cdktf.destroy(stack)
    except CommandFailedError as error:
        reason = str(error).partition("\n")[0].strip("│╷ ")
        console.print(f"  destroy failed, and what is left goes with the emulator: {escape(reason)}", soft_wrap=True)


def run(environment: str) -> int:
    """Run `main`. If it is interrupted, nothing is left."""
    interruptible()
    try:
        return main(environment)
    except (EnvironmentFileError, ReviewError, EmulatorError) as error:
        console.print(escape(str(error)), soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("\nInterrupted; what was started is stopped.")
        return 130
