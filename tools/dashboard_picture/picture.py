"""The dashboard as a PNG: every widget at its place in the grid, with made-up numbers."""

from collections.abc import Sequence
from itertools import cycle
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import EngFormatter, FuncFormatter, MaxNLocator, MultipleLocator
from matplotlib.typing import RcKeyType

from tools.dashboard_picture import sample
from tools.dashboard_picture.widgets import Widget, columns, limits, lines, unit

NOTE = "Drawn from the dashboard's JSON. All numbers and states are made up."

# All lengths are inches, from the page's top left corner.
_CELL_WIDTH, _CELL_HEIGHT, _TOP, _GAP = 0.42, 0.33, 0.3, 0.06
_LEFT, _RIGHT, _ABOVE, _BELOW = 0.62, 0.28, 0.42, 0.52
"""Between a widget's border and its chart: the axis labels, the title, the legend."""

_ROW, _CHARACTER, _SWATCH = 0.24, 0.071, 6
"""The height of a table's row, a character's width, and the characters that a line takes up in a legend."""

_ALARM_HEIGHT, _ALARMS_IN_A_ROW = 0.56, 3
_HALF_HOURS_FROM = 4.0
"""The width from which a chart has a tick for each half hour."""

_HEADROOM = 1.2
_DPI = 120

_COLOURS = ("#1f77b4", "#ff7f0e", "#2ca02c", "#9467bd", "#8c564b", "#e377c2")
_INK, _FAINT, _BORDER, _PAGE, _CARD = "#16191f", "#687078", "#d5dbdb", "#f2f3f3", "#ffffff"
_OK, _ALARM = "#1d8102", "#d13212"
_STYLE: dict[RcKeyType, object] = {
    "font.size": 8,
    "text.color": _INK,
    "axes.labelcolor": _FAINT,
    "axes.edgecolor": _BORDER,
    "axes.linewidth": 0.8,
    "xtick.color": _FAINT,
    "ytick.color": _FAINT,
    "axes.spines.top": False,
    "axes.spines.right": False,
    # A label with a dollar sign in it is text and not a formula.
    "text.parse_math": False,
}


def draw(widgets: Sequence[Widget], file: Path) -> None:
    """Write the picture. The same widgets give the same bytes with the same matplotlib."""
    drawn = figure(widgets)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        drawn.savefig(file, format="png", dpi=_DPI, metadata={"Software": None, "Description": description(widgets)})
    finally:
        plt.close(drawn)


def description(widgets: Sequence[Widget]) -> str:
    """Everything that the picture takes from the dashboard, in words. The file holds it."""
    return "\n".join([NOTE, *(_described(widget) for widget in widgets)])


def _described(widget: Widget) -> str:
    place = f"{widget.type} at {widget.x},{widget.y}, {widget.width} by {widget.height}: {widget.title}"
    if widget.type == "metric":
        drawn = [
            *(line.label for line in lines(widget)),
            *(f"{label} = {at:g}" for label, at in limits(widget).items()),
        ]
        return f"{place}, {unit(widget)}: {', '.join(drawn)}"
    if widget.type == "alarm":
        return f"{place}: {', '.join(widget.properties['alarms'])}"
    if widget.type == "log":
        return f"{place}: {', '.join(columns(widget))}"
    return place


def figure(widgets: Sequence[Widget]) -> Figure:
    """The page with frames, titles and tables, and on it the charts, each labelled with the title of its widget."""
    width = max(widget.x + widget.width for widget in widgets) * _CELL_WIDTH + 2 * _GAP
    height = max(widget.y + widget.height for widget in widgets) * _CELL_HEIGHT + _TOP + 2 * _GAP
    first_route = _first_route(widgets)
    with mpl.rc_context(_STYLE):
        drawn = plt.figure(figsize=(width, height), facecolor=_PAGE)
        page = drawn.add_axes((0, 0, 1, 1), label="page")
        page.set(xlim=(0, width), ylim=(height, 0))
        page.axis("off")
        page.text(2 * _GAP, 0.22, NOTE, color=_ALARM, fontsize=9, va="center")
        for widget in widgets:
            x, y, wide, high = frame(widget)
            if widget.type == "text":
                page.text(x + _GAP, y + high / 2, widget.title, fontsize=13, fontweight="bold", va="center")
                continue
            page.add_patch(Rectangle((x, y), wide, high, facecolor=_CARD, edgecolor=_BORDER, linewidth=0.8))
            page.text(x + 2 * _GAP, y + 0.2, widget.title, fontsize=9.5, fontweight="bold", va="center")
            if widget.type == "metric":
                bottom, inner = height - y - high + _BELOW, (wide - _LEFT - _RIGHT, high - _ABOVE - _BELOW)
                place = ((x + _LEFT) / width, bottom / height, inner[0] / width, inner[1] / height)
                _draw_chart(drawn.add_axes(place, label=widget.title), widget, first_route)
            elif widget.type == "log":
                _draw_table(page, widget)
            else:
                _draw_alarms(page, widget)
    return drawn


def frame(widget: Widget) -> tuple[float, float, float, float]:
    """Left, top, width and height of a widget's frame."""
    return (
        2 * _GAP + widget.x * _CELL_WIDTH,
        _TOP + 2 * _GAP + widget.y * _CELL_HEIGHT,
        widget.width * _CELL_WIDTH - 2 * _GAP,
        widget.height * _CELL_HEIGHT - 2 * _GAP,
    )


def _first_route(widgets: Sequence[Widget]) -> str:
    """The path of the first route that a metric has, which the made-up numbers are about."""
    drawn = [line for widget in widgets if widget.type == "metric" for line in lines(widget)]
    return next((line.dimensions["Resource"] for line in drawn if "Resource" in line.dimensions), "")


def _draw_chart(axes: Axes, widget: Widget, first_route: str) -> None:
    _, _, width, _ = frame(widget)
    minutes = range(sample.MINUTES)
    values = [sample.series(line, first_route) for line in lines(widget)]
    marks = limits(widget)
    top = _HEADROOM * max([*(float(each.max()) for each in values), *marks.values(), 1])
    axes.set(xlim=(0, sample.MINUTES), ylim=(0, top), facecolor=_CARD)
    axes.set_ylabel(unit(widget), fontsize=7)
    axes.grid(axis="y", color=_BORDER, linewidth=0.5)
    axes.tick_params(length=0)
    axes.xaxis.set_major_locator(MultipleLocator(30 if width >= _HALF_HOURS_FROM else 60))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{sample.START_HOUR + at // 60:02.0f}:{at % 60:02.0f}"))
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(EngFormatter(sep=""))
    for line, each, colour in zip(lines(widget), values, cycle(_COLOURS), strict=False):
        axes.plot(minutes, each, color=colour, linewidth=1, label=line.label)
    for annotation in widget.properties.get("annotations", {}).get("horizontal", ()):
        at, colour = annotation["value"], annotation["color"]
        axes.axhline(at, color=colour, linewidth=1.2, label=annotation["label"])
        if annotation.get("fill") == "above":
            axes.axhspan(at, top, color=colour, alpha=0.06, linewidth=0)
        behind = {"facecolor": _CARD, "linewidth": 0, "alpha": 0.85, "pad": 0.6}
        axes.text(2, at + top / 60, annotation["label"], color=colour, fontsize=7, va="bottom", bbox=behind)
    handles = axes.get_lines()[: len(values)]
    letters = sum(len(line.label) + _SWATCH for line in lines(widget))
    axes.legend(
        handles=handles,
        loc="upper left",
        bbox_to_anchor=(0, -0.17),
        ncols=len(handles) if letters * _CHARACTER < width - _LEFT else 1,
        frameon=False,
        borderaxespad=0,
        labelspacing=0.1,
        handlelength=1,
        columnspacing=1.2,
    )


def _draw_table(page: Axes, widget: Widget) -> None:
    x, y, wide, high = frame(widget)
    table = (columns(widget), *sample.rows(widget))
    widths = _widths(table, int((wide - 4 * _GAP) / _CHARACTER))
    for number, row in enumerate(table[: int((high - _ABOVE) / _ROW)]):
        at = y + _ABOVE + _ROW * (number + 0.5)
        left = x + 2 * _GAP
        for cell, width in zip(row, widths, strict=True):
            page.text(
                left,
                at,
                _shortened(cell, width - 1),
                va="center",
                fontweight="normal" if number else "bold",
                fontsize=7.5,
            )
            left += width * _CHARACTER
        page.plot((x + 2 * _GAP, x + wide - 2 * _GAP), (at + _ROW / 2,) * 2, color=_BORDER, linewidth=0.5)


def _widths(table: Sequence[Sequence[str]], available: int) -> list[int]:
    """Characters for each column: what it needs, or less for the widest ones if they do not all fit."""
    widths = [max(len(cell) for cell in column) + 2 for column in zip(*table, strict=True)]
    while sum(widths) > available:
        widths[widths.index(max(widths))] -= 1
    return widths


def _shortened(text: str, length: int) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"


def _draw_alarms(page: Axes, widget: Widget) -> None:
    x, y, wide, _ = frame(widget)
    width = (wide - 2 * _GAP) / _ALARMS_IN_A_ROW
    for number, alarm in enumerate(widget.properties["alarms"]):
        left = x + 2 * _GAP + width * (number % _ALARMS_IN_A_ROW)
        top = y + _ABOVE + (_ALARM_HEIGHT + 2 * _GAP) * (number // _ALARMS_IN_A_ROW)
        colour, state = (_ALARM, "In alarm") if sample.is_in_alarm(alarm) else (_OK, "OK")
        page.add_patch(
            Rectangle((left, top), width - 2 * _GAP, _ALARM_HEIGHT, facecolor=_CARD, edgecolor=_BORDER, linewidth=0.8)
        )
        page.add_patch(Rectangle((left, top), 0.05, _ALARM_HEIGHT, color=colour, linewidth=0))
        name = _shortened(alarm, int((width - 0.3) / _CHARACTER))
        page.text(left + 0.15, top + 0.18, name, va="center", fontsize=7.5)
        page.text(left + 0.15, top + 0.39, state, va="center", color=colour, fontweight="bold")
