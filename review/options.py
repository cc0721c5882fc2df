"""The options that several commands have."""

from typing import TYPE_CHECKING, Annotated

import typer

from review.refusal import ReviewError
from review.table import Format

if TYPE_CHECKING:
    from review.engine.rate_window import WafModel


def environment_names() -> list[str]:
    """Names of environments for shell completion. The shell filters them."""
    from settings.read import environments_folder  # noqa: PLC0415  # the settings take half a second to import

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


def form_of(form: Format, *, as_json: bool) -> Format:
    """The output format that `--format` and `--json` choose. Raises ReviewError if they differ."""
    if as_json and form not in {Format.TABLE, Format.JSON}:
        raise ReviewError(f"--json and --format {form}: use only one of the two")
    return Format.JSON if as_json else form


def waf_model(interval: int, lag: int, recency: float) -> "WafModel":
    """The model that `--waf-interval`, `--waf-lag` and `--waf-recency` describe. Raises ReviewError."""
    from review.engine.rate_window import WafModel  # noqa: PLC0415  # numba takes seconds to import

    try:
        return WafModel(interval_sec=interval, lag_sec=lag, recency=recency)
    except ValueError as error:
        raise ReviewError(f"--waf-{error}") from None
