"""The command line. Each command loads what it needs itself, so that the quick ones are quick."""

import json
import re
import sys
from dataclasses import replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from review.answer_seconds import ANSWER_SECONDS
from review.command_line import HELP_NAMES, run_app
from review.count import count
from review.refusal import ReviewError
from review.table import Format, show

if TYPE_CHECKING:
    from review.engine.rate_window import WafModel
    from review.layers.layers import Layers
    from review.simulation.simulate import Result
    from review.table import Report

# ruff: noqa: PLC0415  # numba, polars and matplotlib take seconds to import, the settings half of one; --help needs none

# Different from 1, which means that the command failed.
_FLAGGED = 2
_ROUTE = re.compile(r"(?:ANY|DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) /[^\s\"]*")

app = typer.Typer(
    add_completion=False,
    context_settings={"help_option_names": HELP_NAMES},
    help="What an environment's limits will do, before they are deployed. Needs no AWS account.",
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def environment_names() -> list[str]:
    """Names of environments for shell completion. The shell filters them."""
    from settings.read import environments_folder

    return sorted(file.stem for file in environments_folder().glob("*.toml"))


Environment = Annotated[
    str,
    typer.Argument(
        metavar="ENVIRONMENT",
        help="A name in the folder environments, or a .toml file.",
        autocompletion=environment_names,
    ),
]
Environments = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="ENVIRONMENT",
        help="Names in the folder environments, or .toml files. Default: all.",
        autocompletion=environment_names,
    ),
]
Output = Annotated[
    Format, typer.Option("--format", metavar="FORM", help="table, markdown (for a pull request) or json.")
]
AsJson = Annotated[bool, typer.Option("--json", help="The same as --format json.")]
Explain = Annotated[
    bool, typer.Option("--explain", help="Also show what the numbers assume. Markdown and JSON always have it.")
]
Interval = Annotated[int, typer.Option(help="WAF model: how often AWS checks the rate, in seconds. Must divide 60.")]
Lag = Annotated[int, typer.Option(help="WAF model: the delay of its counts, in seconds.")]
Recency = Annotated[
    float, typer.Option(help="WAF model: 0 counts all requests of the window equally, 1 counts the newest twice.")
]


class Form(StrEnum):
    """The output format of `pull-request`."""

    MARKDOWN = "markdown"
    JSON = "json"


@app.command()
def limits(
    environments: Environments = None,
    form: Output = Format.TABLE,
    as_json: AsJson = False,  # noqa: FBT002  # a flag is how typer takes it
    details: Annotated[  # noqa: FBT002  # a flag is how typer takes it
        bool, typer.Option("--details", help="Also show every layer of every route, one per line.")
    ] = False,
    explain: Explain = False,  # noqa: FBT002  # a flag is how typer takes it
) -> None:
    """For every route, show what each layer allows and which limit is reached first."""
    form = _form(form, as_json=as_json)
    from review.environment_file import read_each
    from review.layers.from_settings import layers_of
    from review.limits.report import report
    from review.limits.token_limits import token_budgets

    read, refused = read_each(environments or ())
    reports = [
        report(
            layers_of(settings),
            tuple(str(warning) for warning in settings.warnings()),
            details=details,
            budgets=token_budgets(settings),
        )
        for settings in read
    ]
    _show_each(reports, refused, form, one=len(environments or ()) == 1, explain=explain)


@app.command()
def diff(
    environment: Environment,
    other: Annotated[str | None, typer.Argument(metavar="OTHER", help="The environment that would replace it.")] = None,
    base: Annotated[
        str | None,
        typer.Option(metavar="REVISION", help="Instead of OTHER: compare with this git revision of the file."),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option(metavar="REVISION", help="With --base: compare with this revision instead of the working tree."),
    ] = None,
    form: Output = Format.TABLE,
    as_json: AsJson = False,  # noqa: FBT002  # a flag is how typer takes it
    fail_on_flag: Annotated[  # noqa: FBT002  # a flag is how typer takes it
        bool, typer.Option("--fail-on-flag", help="Exit with 2 if anything is marked `!!`, or if the base is refused.")
    ] = False,
) -> None:
    """Compare two files, or two git revisions of one file: which limits change, and what a deploy would replace."""
    form = _form(form, as_json=as_json)
    from review.diff.diff import compare_files, compare_revisions

    if base is None and head is None and other is not None:
        compared = compare_files(environment, other)
    elif base is not None and other is None:
        compared = compare_revisions(environment, base, head)
    else:
        raise ReviewError("diff needs OTHER, or --base REVISION, or --base and --head; see --help")
    show(compared, form)
    if fail_on_flag and (compared.data["flagged"] or compared.data["refused"]):
        raise typer.Exit(_FLAGGED)


@app.command("pull-request")
def pull_request(
    environments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ENVIRONMENT",
            help="Names in the folder environments, or .toml files. Default: all, now and at the base.",
            autocompletion=environment_names,
        ),
    ] = None,
    base: Annotated[str, typer.Option(metavar="REVISION", help="What to compare the working tree with.")] = (
        "origin/main"
    ),
    form: Annotated[Form, typer.Option("--format", metavar="FORM", help="markdown or json.")] = Form.MARKDOWN,
    as_json: AsJson = False,  # noqa: FBT002  # a flag is how typer takes it
) -> None:
    """Print what a pull request changes in every environment: limits, cost, and what a deploy replaces."""
    from review.cost.prices import read_prices
    from review.pull_request.comment import comment
    from review.pull_request.data import data
    from review.pull_request.reviewed import State, review

    prices = read_prices(None)
    reviewed = review(environments or (), base, prices)
    if as_json or form == Form.JSON:
        sys.stdout.write(json.dumps(data(reviewed, base), indent=2) + "\n")
    else:
        sys.stdout.write(comment(reviewed, base, prices))
    if any(each.state == State.REFUSED for each in reviewed):
        raise typer.Exit(1)


@app.command()
def cost(
    environments: Environments = None,
    requests: Annotated[
        int,
        typer.Option(
            parser=count, metavar="COUNT", help="Requests per month, including refused ones: 10_000_000 or 10M."
        ),
    ] = 1_000_000,
    blocked: Annotated[
        float,
        typer.Option(min=0, max=1, help="The share of them that WAF blocks, 0 to 1. It sets the size of the WAF log."),
    ] = 0.0,
    seconds: Annotated[
        float,
        typer.Option(min=0.001, max=900, help="Seconds that an answer of a model takes, to its last token."),
    ] = ANSWER_SECONDS,
    prices: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Other prices: a .toml file with tables of review/cost/prices.toml."),
    ] = None,
    free_tier: Annotated[  # noqa: FBT002  # a flag is how typer takes it
        bool, typer.Option("--free-tier", help="Subtract the free tier, as if the account had nothing else.")
    ] = False,
    form: Output = Format.TABLE,
    explain: Explain = False,  # noqa: FBT002  # a flag is how typer takes it
    as_json: AsJson = False,  # noqa: FBT002  # a flag is how typer takes it
) -> None:
    """Show how much capacity the web ACL uses, and what a month costs in dollars, without the models."""
    form = _form(form, as_json=as_json)
    from review.cost.bill import Traffic
    from review.cost.prices import read_prices
    from review.cost.report import report
    from review.environment_file import read_each

    traffic, known = Traffic(requests=requests, blocked_share=blocked, answer_seconds=seconds), read_prices(prices)
    read, refused = read_each(environments or ())
    reports = [report(settings, traffic, known, with_free=free_tier) for settings in read]
    _show_each(reports, refused, form, one=len(environments or ()) == 1, explain=explain)


@app.command()
def simulate(
    environment: Environment,
    traffic: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="abuser, botnet, everyone, nine_o_clock, office or retrying_sdk; or a .toml file of your own.",
        ),
    ] = "everyone",
    form: Output = Format.TABLE,
    as_json: AsJson = False,  # noqa: FBT002  # a flag is how typer takes it
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the result to this file, .svg or .png.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="ENVIRONMENT", help="Also send the traffic through this environment.")
    ] = None,
    without_waf: Annotated[  # noqa: FBT002  # a flag is how typer takes it
        bool, typer.Option("--without-waf", help="Also send the traffic through this environment without its WAF.")
    ] = False,
    waf_interval: Interval = 10,
    waf_lag: Lag = 20,
    waf_recency: Recency = 0.0,
    explain: Explain = False,  # noqa: FBT002  # a flag is how typer takes it
) -> None:
    """Send generated traffic through the limits: who gets through, and who is refused by which layer and when."""
    form = _form(form, as_json=as_json)
    from review.environment_file import read
    from review.layers.from_settings import layers_of
    from review.signs_of_life import signs_of_life
    from review.simulation.report import report
    from review.simulation.simulate import simulate as run
    from review.simulation.traffic import read_traffic

    if picture is not None:
        from review.simulation.picture import check, draw

        check(picture)
    waf = _waf_model(waf_interval, waf_lag, waf_recency)
    requests = read_traffic(traffic)
    layers = layers_of(read(environment))
    cases: list[tuple[str, Layers]] = [(layers.name, layers)]
    if without_waf:
        cases = [
            ("Throttles alone", replace(layers, windows=(), left_out=())),
            ("With the WAF rule" if len(layers.windows) == 1 else "With WAF", layers),
        ]
    if against is not None:
        other = layers_of(read(against))
        cases.append((other.name, other))
    _announce_compilation()
    results: list[tuple[str, Result]] = []
    for number, (title, case) in enumerate(cases, 1):
        of = f" ({number} of {len(cases)}: {title})" if len(cases) > 1 else ""
        with signs_of_life(f"simulating {requests.name}{of}"):
            results.append((title, run(case, requests, waf)))
    show(report(results), form, explain=explain)
    if picture is not None:
        with signs_of_life(f"drawing {picture.as_posix()}"):
            draw(results, picture)
        sys.stderr.write(f"wrote {picture.as_posix()}\n")


@app.command()
def replay(
    environment: Environment,
    logs: Annotated[
        list[Path],
        typer.Argument(metavar="LOG...", help="Logs, plain or gzip, in any format that docs/simulation.md lists."),
    ],
    form: Output = Format.TABLE,
    as_json: AsJson = False,  # noqa: FBT002  # a flag is how typer takes it
    log_format: Annotated[
        str, typer.Option("--log-format", help="The format's name. Default: recognized by the first lines.")
    ] = "",
    columns: Annotated[
        str,
        typer.Option(
            metavar="NAMES",
            help="The log's own names of time, ip, method, path, key and count, such as time=ts,ip=client. A dot leads "
            "into an object (ip=httpRequest.clientIp), a plus joins two (time=date+time).",
        ),
    ] = "",
    csv: Annotated[
        bool | None, typer.Option("--csv/--json-lines", help="The same as --log-format csv and --log-format json.")
    ] = None,
    key_plan: Annotated[
        list[str] | None, typer.Option(help="KEY_ID=PLAN: an API key's usage plan; may be repeated.")
    ] = None,
    abuser: Annotated[
        list[str] | None, typer.Option(help="A client to ignore when limits are measured; may be repeated.")
    ] = None,
    customer: Annotated[
        list[str] | None, typer.Option(help="A client that must not be set apart; may be repeated.")
    ] = None,
    choose: Annotated[
        str, typer.Option(help="p90, p99, p99.9 or busiest, for every limit. Default: the suggested one of each.")
    ] = "",
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a copy of the environment file with the chosen limits.")
    ] = None,
    tolerance: Annotated[
        float, typer.Option(min=0, max=86_400, help="Sort lines that are late by at most this many seconds.")
    ] = 60.0,
    waf_interval: Interval = 10,
    waf_lag: Lag = 20,
    waf_recency: Recency = 0.0,
    explain: Explain = False,  # noqa: FBT002  # a flag is how typer takes it
) -> None:
    """Send recorded traffic through the limits: who would have been refused, and limits to choose from."""
    form = _form(form, as_json=as_json)
    from review.environment_file import find, read
    from review.layers.from_settings import layers_of
    from review.replay.chosen import choose as chosen_of
    from review.replay.chosen import percentile_of
    from review.replay.columns import said_columns
    from review.replay.progress import progress
    from review.replay.replay import Log
    from review.replay.replay import replay as run
    from review.replay.report import report
    from review.replay.suggest import suggestions
    from review.replay.write import write as write_to
    from review.signs_of_life import signs_of_life

    waf = _waf_model(waf_interval, waf_lag, waf_recency)
    layers = layers_of(read(environment))
    percentile = percentile_of(choose)
    if csv is not None:
        if log_format:
            raise ReviewError("--log-format and --csv or --json-lines: name one of the two")
        log_format = "csv" if csv else "json"
    log = Log(
        files=tuple(logs),
        columns=said_columns(columns),
        log_format=log_format,
        tolerance_sec=tolerance,
        plan_of_key=_read_key_plans(key_plan or [], [plan.name for plan in layers.plans]),
    )
    if write is not None and write.exists():
        raise ReviewError(f"--write {write.as_posix()}: already exists; name another file")
    _announce_compilation()
    with progress() as on_progress:
        replayed = run(layers, log, waf, on_progress)
    with signs_of_life("replaying limits to choose from"):
        suggested = suggestions(replayed, abusers=abuser or (), customers=customer or ())
        chosen = chosen_of(replayed, suggested, find(environment), percentile)
    show(report(replayed, suggested, chosen), form, explain=explain)
    if write is not None:
        write_to(chosen.written.text, write)
        sys.stderr.write(f"wrote {write.as_posix()}\n")


@app.command()
def size(
    users: Annotated[
        int, typer.Option(min=0, max=1_000_000, help="Users in the busiest hour, if there is one tier.")
    ] = 0,
    requests_per_hour: Annotated[
        float, typer.Option(min=0, max=3_600_000, help="Requests of each user in the busiest hour.")
    ] = 0,
    seconds: Annotated[
        float, typer.Option(min=0.001, max=900, help="Seconds that an answer takes, to its last token.")
    ] = ANSWER_SECONDS,
    tokens: Annotated[int, typer.Option(min=0, help="Tokens of a request, prompt and answer together.")] = 0,
    slots: Annotated[int, typer.Option(min=0, help="Requests that the backend works on at once.")] = 0,
    requests_per_minute: Annotated[int, typer.Option(min=0, help="The account's or provider's quota of requests.")] = 0,
    tokens_per_minute: Annotated[int, typer.Option(min=0, help="The account's or provider's quota of tokens.")] = 0,
    tier: Annotated[
        list[str] | None,
        typer.Option(help="NAME:USERS:REQUESTS_PER_HOUR[:TOKENS], a usage plan of its own; may be repeated."),
    ] = None,
    per_address: Annotated[int, typer.Option(min=1, max=1_000_000, help="Users behind one IP address.")] = 1,
    quantile: Annotated[
        float, typer.Option(min=0.5, max=0.99999, help="The share of the time in which the limits should suffice.")
    ] = 0.99,
    route: Annotated[str, typer.Option(help="The route that the bucket is for.")] = "POST /v1/chat/completions",
    form: Output = Format.TABLE,
    as_json: AsJson = False,  # noqa: FBT002  # a flag is how typer takes it
) -> None:
    """Compute limits without a log, from users, requests, durations, tokens and the backend's capacity. Show the
    arithmetic.
    """
    form = _form(form, as_json=as_json)
    from review.signs_of_life import signs_of_life
    from review.sizing.demand import Demand, Tier, tier_of
    from review.sizing.proof import prove
    from review.sizing.report import report
    from review.sizing.size import size as sized_by

    if bool(tier) == bool(users and requests_per_hour) or (tier and (users or requests_per_hour)):
        raise ReviewError("size needs --users and --requests-per-hour, or --tier; see --help")
    if tokens_per_minute and not (tokens or any(each.count(":") > 2 for each in tier or ())):  # noqa: PLR2004
        raise ReviewError("--tokens-per-minute needs --tokens, the tokens of a request")
    tiers = tuple(tier_of(each, tokens) for each in tier or ()) or (
        Tier(name="", users=users, requests_per_hour=requests_per_hour, tokens=tokens),
    )
    if len({each.name for each in tiers}) < len(tiers):
        raise ReviewError("--tier: two have the same name")
    for each in tiers:
        if tokens_per_minute and each.tokens > tokens_per_minute:
            raise ReviewError(
                f"a request with {each.tokens:,} tokens does not fit into a quota of {tokens_per_minute:,} tokens a "
                "minute"
            )
    if not _ROUTE.fullmatch(route):
        raise ReviewError(f"--route {route}: must be a method in capitals, a space and a path, such as POST /v1/chat")
    sized = sized_by(
        Demand(
            tiers=tiers,
            seconds=seconds,
            slots=slots,
            requests_per_minute=requests_per_minute,
            tokens_per_minute=tokens_per_minute,
            per_address=per_address,
            quantile=quantile,
        )
    )
    _announce_compilation()
    with signs_of_life("simulating the busiest hour"):
        proof = prove(sized, route)
    show(report(sized, proof, route), form)


@app.command()
def usage(
    environment: Environment,
    form: Output = Format.TABLE,
    as_json: AsJson = False,  # noqa: FBT002  # a flag is how typer takes it
    reset: Annotated[
        str | None, typer.Option(metavar="CALLER", help="Reset the usage of this caller: a key's name, or an id.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Reset without asking for confirmation.")] = False,  # noqa: FBT002
) -> None:
    """Show what each caller has used of the limits in tokens. Calls AWS with your credentials."""
    form = _form(form, as_json=as_json)
    from review.environment_file import read
    from review.usage.aws import Aws
    from review.usage.report import report
    from review.usage.usage import item_of_key, usages

    if yes and reset is None:
        raise ReviewError("--yes needs --reset: nothing else asks")
    if reset is not None and form is not Format.TABLE:
        raise ReviewError("--reset prints what it does, and no report: leave out --format and --json")
    settings = read(environment)
    aws = Aws(settings)
    keys = aws.keys()
    if reset is None:
        show(report(settings, usages(settings, aws.items(), keys)), form)
        return
    ids = {name: item_of_key(key_id) for key_id, name in keys.items()}
    caller = ids.get(reset, reset)
    known = {str(item["id"]) for item in aws.items()}
    if caller not in known:
        raise ReviewError(f"--reset {reset}: the table has no such caller; `usage` lists those that it has")
    sys.stdout.write(f"{aws.reset_call(caller)}\n")
    if not yes:
        typer.confirm("Do it?", abort=True)
    aws.reset(caller)
    sys.stdout.write("done\n")


def _show_each(reports: "list[Report]", refused: list[str], form: Format, *, one: bool, explain: bool) -> None:
    """Print one report, or several in a row. JSON is a list, unless exactly one environment was named. The lines of
    refused files follow, and make the command fail.
    """
    if form is Format.JSON and not one:
        sys.stdout.write(json.dumps([report.data for report in reports], indent=2) + "\n")
    else:
        for number, report in enumerate(reports):
            sys.stdout.write("\n" if number else "")
            sys.stdout.flush()
            show(report, form, explain=explain)
    for line in refused:
        sys.stderr.write(f"{line}\n")
    if refused:
        raise typer.Exit(1)


def _announce_compilation() -> None:
    from review.engine.jit import is_compiled

    if sys.stderr.isatty() and not is_compiled():
        sys.stderr.write("compiling the engine: about ten seconds, only this time\n")


def _read_key_plans(given: list[str], known: list[str]) -> dict[str, str]:
    plans = {}
    for each in given:
        key, equals, plan = each.rpartition("=")
        if not equals or plan not in known:
            raise ReviewError(f"--key-plan {each}: must be KEY_ID=PLAN, with a plan of {', '.join(known) or 'none'}")
        plans[key] = plan
    return plans


def _waf_model(interval: int, lag: int, recency: float) -> "WafModel":
    from review.engine.rate_window import WafModel

    try:
        return WafModel(interval_sec=interval, lag_sec=lag, recency=recency)
    except ValueError as error:
        raise ReviewError(f"--waf-{error}") from None


def _form(form: Format, *, as_json: bool) -> Format:
    if as_json and form not in {Format.TABLE, Format.JSON}:
        raise ReviewError(f"--json and --format {form}: use only one of the two")
    return Format.JSON if as_json else form


def main(arguments: list[str]) -> int:
    """Run one command. Reports invalid input in one line on standard error. The result is then 1."""
    return run_app(app, arguments or ["--help"], program="python -m review")
