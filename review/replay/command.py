"""The command `replay`."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from review.compilation import announce_compilation
from review.options import AsJson, Environment, Explain, Interval, Lag, Output, Recency, form_of, waf_model
from review.table import Format, show


def replay(
    environment: Environment,
    logs: Annotated[
        list[Path],
        typer.Argument(metavar="LOG...", help="Logs, plain or gzip, in any format that docs/simulation.md lists."),
    ],
    *,
    form: Output = Format.TABLE,
    as_json: AsJson = False,
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
    explain: Explain = False,
) -> None:
    """Send recorded traffic through the limits: who would have been refused, and limits to choose from."""
    form = form_of(form, as_json=as_json)
    from review.environment_file import find, read
    from review.layers.from_settings import layers_of
    from review.replay.chosen import choose as chosen_of
    from review.replay.chosen import percentile_of
    from review.replay.columns import said_columns
    from review.replay.key_plans import said_key_plans
    from review.replay.progress import progress
    from review.replay.recognize import said_format
    from review.replay.replay import Log
    from review.replay.replay import replay as run
    from review.replay.report import report
    from review.replay.suggest import suggestions
    from review.replay.write import refuse_existing
    from review.replay.write import write as write_to
    from review.signs_of_life import signs_of_life

    waf = waf_model(waf_interval, waf_lag, waf_recency)
    layers = layers_of(read(environment))
    percentile = percentile_of(choose)
    log_format = said_format(log_format, csv=csv)
    log = Log(
        files=tuple(logs),
        columns=said_columns(columns),
        log_format=log_format,
        tolerance_sec=tolerance,
        plan_of_key=said_key_plans(key_plan or (), layers),
    )
    if write is not None:
        refuse_existing(write)
    announce_compilation()
    with progress() as on_progress:
        replayed = run(layers, log, waf, on_progress)
    with signs_of_life("replaying limits to choose from"):
        suggested = suggestions(replayed, abusers=abuser or (), customers=customer or ())
        chosen = chosen_of(replayed, suggested, find(environment), percentile)
    show(report(replayed, suggested, chosen), form, explain=explain)
    if write is not None:
        write_to(chosen.written.text, write)
        sys.stderr.write(f"wrote {write.as_posix()}\n")
