"""A simulation as a picture: SVG or PNG, by the file's ending; the same result gives the same bytes."""

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import numpy as np
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import PercentFormatter
from matplotlib.typing import RcKeyType

from review.engine.outcome import Outcome
from review.layers import Bucket, Layers
from review.numbers import plain
from review.refusal import ReviewError
from review.simulation.simulate import Result

FORMATS = (".svg", ".png")

_COLOURS = {
    Outcome.ACCEPTED: "#2f855a",
    Outcome.WAF: "#b83280",
    Outcome.NO_KEY: "#718096",
    Outcome.PLAN: "#805ad5",
    Outcome.QUOTA: "#3182ce",
    Outcome.METHOD: "#dd6b20",
    Outcome.STAGE: "#ecc94b",
    Outcome.ACCOUNT: "#c53030",
}
_MOST_BINS = 300
_MANY_DOTS = 2000
"""As vectors these would be slow to show."""

_STYLE: dict[RcKeyType, object] = {
    "svg.hashsalt": "spillway",
    "svg.fonttype": "path",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "figure.facecolor": "white",
}


def draw(results: Sequence[tuple[str, Result]], file: Path) -> None:
    """Titled results side by side: requests over time by outcome, and each client's acceptance.

    Raises ReviewError where the file's ending is no picture's or it cannot be written.
    """
    if file.suffix not in FORMATS:
        raise ReviewError(f"{file.as_posix()}: a picture ends in {' or '.join(FORMATS)}")
    with mpl.rc_context(_STYLE):
        figure, axes = plt.subplots(
            2,
            len(results),
            figsize=(1.2 + 5.2 * len(results), 5.6),
            sharex="row",
            sharey="row",
            squeeze=False,
            height_ratios=(2, 1),
            layout="constrained",
        )
        for column, (title, result) in enumerate(results):
            _over_time(axes[0][column], title, result)
            _acceptance(axes[1][column], result)
        axes[0][0].set_ylabel("requests a second, stacked")
        met = [each for each in Outcome if any((result.sent.outcome == each).any() for _, result in results)]
        handles = [Rectangle((0, 0), 1, 1, color=_COLOURS[each]) for each in met]
        names = ["accepted" if each == Outcome.ACCEPTED else f"refused: {each.words}" for each in met]
        figure.legend(handles, names, loc="outside lower center", ncols=len(names), frameon=False)
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            # No date: the same simulation is the same file.
            metadata = {"Date": None, "Creator": None} if file.suffix == ".svg" else {"Software": None}
            figure.savefig(file, dpi=144, metadata=metadata)
        except OSError as error:
            raise ReviewError(f"{file.as_posix()}: cannot be written: {error.strerror}") from None
        finally:
            plt.close(figure)


def _over_time(axes: Axes, title: str, result: Result) -> None:
    duration = max(result.traffic.duration_sec, float(result.seconds.max(initial=0)) + 1e-6)
    width = max(1.0, float(np.ceil(duration / _MOST_BINS)))
    edges = np.arange(0, duration + width, width)
    below = np.zeros(len(edges) - 1)
    for outcome in Outcome:
        counts, _ = np.histogram(result.seconds[result.sent.outcome == outcome], bins=edges)
        if counts.any():
            above = below + counts / width
            axes.fill_between(
                edges,
                np.append(below, below[-1]),
                np.append(above, above[-1]),
                step="post",
                color=_COLOURS[outcome],
                linewidth=0,
            )
            below = above
    for rate, words in _lines(result.layers, result):
        axes.axhline(rate, color="#1a202c", linewidth=1, linestyle="--")
        axes.annotate(
            words,
            (1, rate),
            xycoords=("axes fraction", "data"),
            xytext=(0, 2),
            textcoords="offset points",
            ha="right",
            va="bottom",
            fontsize=8,
            bbox={"boxstyle": "square,pad=0.15", "facecolor": "white", "alpha": 0.75, "linewidth": 0},
        )
    axes.set_title(title, loc="left")
    axes.set_xlim(0, duration)
    axes.set_ylim(bottom=0)
    axes.set_xlabel("seconds")


def _lines(layers: Layers, result: Result) -> list[tuple[float, str]]:
    """The limits that this traffic meets, as steady rates; those far above it are left out."""
    used = [layers.routes[index] for index in np.unique(result.arrivals.requests.route)]
    peak = np.bincount(np.maximum(result.seconds, 0).astype(np.int64)).max(initial=1)
    found: dict[str, float] = {}
    for route in used:
        own = f"{route.key}, shared by all" if route.own else "stage throttle of each method, shared by all"
        _add(found, own, route.bucket)
    _add(found, "account", layers.account)
    for window in layers.windows:
        if window.key and any(window.covers(route.key) for route in used):
            found[f"WAF {window.name}: {window.limit:,} in {window.window_sec} s for each client"] = window.per_second
    for plan in layers.plans:
        if any(route.key_required for route in used):
            _add(found, f"plan {plan.name}, each key", plan.bucket)
    return [(rate, f"{words} ({plain(rate)}/s)") for words, rate in found.items() if rate <= 1.5 * peak]


def _add(found: dict[str, float], words: str, bucket: Bucket | None) -> None:
    if bucket is not None:
        found[words] = bucket.rate_limit


def _acceptance(axes: Axes, result: Result) -> None:
    """A dot for each client, a row for each kind."""
    random = np.random.default_rng(0)
    groups = result.groups
    for row, group in enumerate(groups):
        scatter = random.uniform(-0.28, 0.28, len(group.acceptance)) if len(group.acceptance) > 1 else np.zeros(1)
        if len(group.acceptance):
            axes.scatter(
                group.acceptance,
                row + scatter,
                s=14,
                alpha=0.55,
                color="#2b6cb0",
                linewidth=0,
                rasterized=len(group.acceptance) > _MANY_DOTS,
            )
            mean = group.served / group.requests
            axes.annotate(
                f"{100 * mean:.0f}%",
                (mean, row),
                xytext=(0, 9),
                textcoords="offset points",
                ha="center",
                fontsize=8,
                fontweight="bold",
            )
    axes.set_yticks(range(len(groups)), [f"{group.name} ({group.clients:,})" for group in groups])
    axes.set_ylim(len(groups) - 0.4, -0.7)
    axes.set_xlim(-0.03, 1.03)
    axes.xaxis.set_major_formatter(PercentFormatter(1))
    axes.set_xlabel("requests that got through, by client")
    axes.grid(axis="x", color="#e2e8f0")
    axes.set_axisbelow(True)
