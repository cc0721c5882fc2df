"""The command `simulate`."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from review.compilation import announce_compilation
from review.options import AsJson, Environment, Explain, Interval, Lag, Output, Recency, form_of, waf_model
from review.table import Format, show

if TYPE_CHECKING:
    from review.simulation.simulate import Result


def simulate(
    environment: Environment,
    *,
    traffic: Annotated[
        str,
        typer.Option(
            metavar="NAME",
            help="abuser, botnet, everyone, nine_o_clock, office or retrying_sdk; or a .toml file of your own.",
        ),
    ] = "everyone",
    form: Output = Format.TABLE,
    as_json: AsJson = False,
    picture: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the result to this file, .svg or .png.")
    ] = None,
    against: Annotated[
        str | None, typer.Option(metavar="ENVIRONMENT", help="Also send the traffic through this environment.")
    ] = None,
    without_waf: Annotated[
        bool, typer.Option("--without-waf", help="Also send the traffic through this environment without its WAF.")
    ] = False,
    waf_interval: Interval = 10,
    waf_lag: Lag = 20,
    waf_recency: Recency = 0.0,
    explain: Explain = False,
) -> None:
    """Send generated traffic through the limits: who gets through, and who is refused by which layer and when."""
    form = form_of(form, as_json=as_json)
    from review.environment_file import read
    from review.layers.from_settings import layers_of
    from review.signs_of_life import signs_of_life
    from review.simulation.cases import cases
    from review.simulation.report import report
    from review.simulation.simulate import simulate as run
    from review.simulation.traffic import read_traffic

    if picture is not None:
        from review.simulation.picture import check, draw

        check(picture)
    waf = waf_model(waf_interval, waf_lag, waf_recency)
    requests = read_traffic(traffic)
    compared = cases(layers_of(read(environment)), without_waf=without_waf)
    if against is not None:
        compared += cases(layers_of(read(against)))
    announce_compilation()
    results: list[tuple[str, Result]] = []
    for number, (title, layers) in enumerate(compared, 1):
        of = f" ({number} of {len(compared)}: {title})" if len(compared) > 1 else ""
        with signs_of_life(f"simulating {requests.name}{of}"):
            results.append((title, run(layers, requests, waf)))
    show(report(results), form, explain=explain)
    if picture is not None:
        with signs_of_life(f"drawing {picture.as_posix()}"):
            draw(results, picture)
        sys.stderr.write(f"wrote {picture.as_posix()}\n")
