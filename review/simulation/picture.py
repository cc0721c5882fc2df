"""Simulations as a picture: SVG or PNG, depending on the file's ending. The same results give the same bytes."""

import textwrap
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator, PercentFormatter
from matplotlib.typing import RcKeyType

from review.engine.outcome import Outcome
from review.numbers import share
from review.refusal import ReviewError
from review.simulation.rates import Limit, limits_of_each_caller, over_time, shared_limits
from review.simulation.report import Case
from review.simulation.simulate import Refusals, Result

FORMATS = (".svg", ".png")

# Okabe and Ito's palette, told apart by colour-blind readers: https://jfly.uni-koeln.de/color/ (read 2026-11).
_COLOURS = {
    Outcome.ACCEPTED: "#009E73",
    Outcome.WAF: "#CC79A7",
    Outcome.NO_KEY: "#999999",
    Outcome.PLAN: "#0072B2",
    Outcome.QUOTA: "#56B4E9",
    Outcome.METHOD: "#D55E00",
    Outcome.STAGE: "#E69F00",
    Outcome.ACCOUNT: "#F0E442",
    # None of its eight is left but black, on which no line would show; light beside the strong ones.
    Outcome.TOKEN_LIMIT: "#B3A2E0",
    Outcome.ABOVE_LIMIT: "#666666",
    Outcome.NO_PRICE: "#BBBBBB",
}
_THROTTLES = frozenset({Outcome.METHOD, Outcome.STAGE, Outcome.ACCOUNT})
_INK = "#1a202c"
_GRID = "#e2e8f0"
_Dashes = tuple[int, tuple[float, ...]]
# A kind of limit has the same dashes in every picture.
_DASHES: dict[Outcome, _Dashes] = {
    Outcome.STAGE: (0, (5, 2)),
    Outcome.METHOD: (0, (1, 1.5)),
    Outcome.WAF: (0, (5, 1.5, 1, 1.5)),
    Outcome.ACCOUNT: (0, (5, 1.5, 1, 1.5, 1, 1.5)),
}

_MINUTE = 60
_IN_MINUTES_FROM = 180
_TITLE_WIDTH = 88
"""The width of two pictures side by side, in characters."""

_LEGEND_WIDTH = 105
"""The width of two columns together below two pictures side by side, in characters."""

_MANY_DOTS = 1000
"""As vectors, more dots than this would be slow to show."""

# For README's column of text, some 830 pixels: 9 points stay 12 pixels high there.
_INCHES, _DPI = 8.3, 200
_STYLE: dict[RcKeyType, object] = {
    "svg.hashsalt": "spillway",
    "svg.fonttype": "path",
    "font.size": 9,
    "text.color": _INK,
    "axes.labelcolor": _INK,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "figure.facecolor": "white",
}


def draw(cases: Sequence[Case], file: Path) -> None:
    """Draw titled results side by side: requests over time by outcome, and the acceptance of each client.

    Raises ReviewError if the file's ending is not that of a picture, or if it cannot be written.
    """
    check(file)
    results = [result for _, result in cases]
    rows = 0.5 + 0.32 * len(results[0].groups)
    with mpl.rc_context(_STYLE):
        figure, axes = plt.subplots(
            2,
            len(cases),
            figsize=(_INCHES * max(1, len(cases) / 2), 4.1 + rows),
            sharex="row",
            sharey="row",
            squeeze=False,
            height_ratios=(2.6, rows),
            layout="constrained",
        )
        figure.suptitle(_title(cases), fontsize=10, fontweight="bold", x=0.01, ha="left")
        lines = dict.fromkeys(limit for result in results for limit in shared_limits(result))
        alone = dict.fromkeys(limit for result in results for limit in limits_of_each_caller(result))
        for column, (title, result) in enumerate(cases):
            axes[0][column].set_title(title)
            _over_time(axes[0][column], result, [limit for limit in lines if limit in shared_limits(result)])
            _acceptance(axes[1][column], result)
        axes[0][0].set_ylabel("requests a second, stacked")
        met = [each for each in Outcome if any((result.sent.outcome == each).any() for result in results)]
        dot = _COLOURS[Outcome.ACCEPTED]
        handles = [
            *(Patch(color=_COLOURS[each], label=_legend(each)) for each in met),
            Line2D(
                [], [], marker="o", linestyle="", color=dot, markersize=4, label="a client; in bold all of its kind"
            ),
            *(Line2D([], [], color=_INK, linestyle=_DASHES[limit.kind], label=limit.words) for limit in lines),
            # Not drawn: the limit of one caller, or one in tokens, cannot be compared with the requests of all callers.
            *(Line2D([], [], linestyle="", label=f"{limit.words} (not drawn)") for limit in alone),
        ]
        columns = _legend_columns([str(handle.get_label()) for handle in handles], len(cases))
        figure.legend(handles=handles, loc="outside lower left", ncols=columns, frameon=False)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            # No date, so that the same simulation gives the same file.
            unsigned = {"Date": None, "Creator": None} if file.suffix == ".svg" else {"Software": None}
            figure.savefig(file, dpi=_DPI, metadata={**unsigned, "Description": description(cases)})
        except OSError as error:
            raise ReviewError(f"{file.as_posix()}: cannot be written: {error.strerror}") from None
        finally:
            plt.close(figure)


def _legend_columns(labels: Sequence[str], cases: int) -> int:
    """Two columns if they fit next to each other. If the number is odd, the first has one more."""
    half = -(-len(labels) // 2)
    widths = (max(map(len, column), default=0) for column in (labels[:half], labels[half:]))
    return 2 if sum(widths) <= _LEGEND_WIDTH * max(1, cases / 2) else 1


def check(file: Path) -> None:
    """Raises ReviewError if the file's ending is not that of a picture."""
    if file.suffix not in FORMATS:
        raise ReviewError(f"{file.as_posix()}: a picture ends in {' or '.join(FORMATS)}")


def description(cases: Sequence[Case]) -> str:
    """What the picture shows, in words, for people who cannot see it. The file contains it."""
    about = cases[0][1].traffic.description
    named = f"{cases[0][1].traffic.name}: {about} ".replace(":  ", ". ")
    return named + " ".join(f"{title}: {_described(result)}." for title, result in cases)


def _described(result: Result) -> str:
    return "; ".join(
        ", ".join(
            [
                f"{group.name}: {group.served:,} of {group.requests:,} got through",
                *(f"{refusals.requests:,} {_named(refusals)}" for refusals in group.refusals),
            ]
        )
        for group in result.groups
    )


def _named(refusals: Refusals) -> str:
    return f"{_legend(refusals.by)}{f': {refusals.limit}' if refusals.limit else ''}"


def _legend(outcome: Outcome) -> str:
    if outcome == Outcome.ACCEPTED:
        return outcome.words
    return f"refused: {outcome.words}{' throttle' if outcome in _THROTTLES else ''}"


def _over_time(axes: Axes, result: Result, lines: Sequence[Limit]) -> None:
    edges, rates = over_time(result)
    unit, name = (_MINUTE, "minutes") if edges[-1] > _IN_MINUTES_FROM else (1, "seconds")
    below = np.zeros(len(edges) - 1)
    for outcome, rate in rates.items():
        if rate.any():
            above = below + rate
            axes.fill_between(
                edges / unit,
                np.append(below, below[-1]),
                np.append(above, above[-1]),
                step="post",
                color=_COLOURS[outcome],
                linewidth=0,
            )
            below = above
    for limit in lines:
        axes.axhline(limit.per_second, color=_INK, linewidth=1.2, linestyle=_DASHES[limit.kind])
    axes.set_xlim(0, edges[-1] / unit)
    axes.set_ylim(bottom=0)
    axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    axes.set_xlabel(f"{name} from {result.traffic.start:%H:%M}")


def _title(cases: Sequence[Case]) -> str:
    """The environments, the traffic's name and its description, on lines that fit."""
    environments = " and ".join(dict.fromkeys(result.layers.name for _, result in cases))
    traffic = cases[0][1].traffic
    words = f"{environments}, {traffic.name}: {traffic.description}".removesuffix(": ")
    return textwrap.fill(words, round(_TITLE_WIDTH * max(1, len(cases) / 2)))


def _acceptance(axes: Axes, result: Result) -> None:
    """A dot for each client, a row for each kind. The share of all requests of the kind that got through is on the
    right.
    """
    random = np.random.default_rng(0)
    groups = result.groups
    for row, group in enumerate(groups):
        clients = len(group.acceptance)
        if clients:
            axes.scatter(
                group.acceptance,
                row + (random.uniform(-0.3, 0.3, clients) if clients > 1 else np.zeros(1)),
                s=16,
                alpha=0.6 if clients < _MANY_DOTS else 0.25,
                color=_COLOURS[Outcome.ACCEPTED],
                linewidth=0,
                clip_on=False,
                rasterized=clients >= _MANY_DOTS,
            )
        axes.annotate(
            share(group.served, group.requests),
            (1.03, row),
            xycoords=("axes fraction", "data"),
            va="center",
            fontweight="bold",
        )
    axes.set_yticks(range(len(groups)), [f"{group.name} ({group.clients:,})" for group in groups])
    axes.set_ylim(len(groups) - 0.5, -0.5)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.set_xlabel("requests that got through")
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=_GRID)
    axes.set_axisbelow(True)
