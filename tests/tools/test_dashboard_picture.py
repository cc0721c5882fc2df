"""docs/pictures/dashboard.png, drawn from the dashboard that docs/examples/observability.toml synthesizes."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from PIL import Image

from settings.environment import Environment
from settings.read import read_environment
from tests.environment_files import ROOT
from tools.committed import synthesized
from tools.dashboard_picture.__main__ import EXAMPLE, FILE
from tools.dashboard_picture.picture import NOTE, description, draw, figure, frame
from tools.dashboard_picture.sample import MINUTES
from tools.dashboard_picture.widgets import Widget, columns, lines, read_widgets


@pytest.fixture(scope="module")
def example() -> Environment:
    return read_environment(EXAMPLE)


@pytest.fixture(scope="module")
def resources(example: Environment) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(synthesized(example)["cdk.tf.json"])["resource"]
    return found


@pytest.fixture(scope="module")
def body(resources: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(resources["aws_cloudwatch_dashboard"]["stage"]["dashboard_body"])[
        "widgets"
    ]
    return found


@pytest.fixture(scope="module")
def widgets(example: Environment) -> list[Widget]:
    return read_widgets(example)


@pytest.fixture(scope="module")
def picture(widgets: list[Widget]) -> Iterator[Figure]:
    drawn = figure(widgets)
    yield drawn
    plt.close(drawn)


def page(picture: Figure) -> Axes:
    return picture.axes[0]


def chart(picture: Figure, title: str) -> Axes:
    (found,) = [axes for axes in picture.axes if axes.get_label() == title]
    return found


def texts_in(picture: Figure, widget: Widget) -> list[str]:
    """The texts of the page that start within a widget's frame."""
    x, y, width, height = frame(widget)
    found: Sequence[Text] = page(picture).texts
    starts = [(text.get_text(), *text.get_position()) for text in found]
    return [text for text, left, top in starts if x <= left <= x + width and y <= top <= y + height]


def test_every_widget_of_the_dashboard_is_in_its_place(body: list[dict[str, Any]], widgets: list[Widget]) -> None:
    assert [(each.type, each.x, each.y, each.width, each.height) for each in widgets] == [
        tuple(each[key] for key in ("type", "x", "y", "width", "height")) for each in body
    ]
    assert {each.type for each in widgets} == {"text", "metric", "log", "alarm"}


def test_frames_neither_overlap_nor_leave_the_page(picture: Figure, widgets: list[Widget]) -> None:
    width, height = picture.get_size_inches()
    taken = [frame(widget) for widget in widgets]
    assert all(x > 0 and x + wide < width and y > 0 and y + high < height for x, y, wide, high in taken)
    for number, (x, y, wide, high) in enumerate(taken):
        for left, top, across, down in taken[:number]:
            assert x >= left + across or left >= x + wide or y >= top + down or top >= y + high


def test_every_widget_has_its_title(picture: Figure, body: list[dict[str, Any]], widgets: list[Widget]) -> None:
    for widget, raw in zip(widgets, body, strict=True):
        properties = raw["properties"]
        title = properties["title"] if "title" in properties else properties["markdown"].removeprefix("## ")
        assert title in texts_in(picture, widget)


def test_a_chart_is_within_its_frame(picture: Figure, widgets: list[Widget]) -> None:
    width, height = picture.get_size_inches()
    for widget in widgets:
        if widget.type == "metric":
            x, y, wide, high = frame(widget)
            box = chart(picture, widget.title).get_position()
            assert x < box.x0 * width < box.x1 * width < x + wide
            assert y < (1 - box.y1) * height < (1 - box.y0) * height < y + high


def test_a_chart_has_the_visible_lines_the_unit_and_the_limits_of_the_body(
    picture: Figure, body: list[dict[str, Any]]
) -> None:
    metrics = [widget["properties"] for widget in body if widget["type"] == "metric"]
    assert len(picture.axes) == len(metrics) + 1
    for properties in metrics:
        axes = chart(picture, properties["title"])
        shown = [entry[-1]["label"] for entry in properties["metrics"] if entry[-1].get("visible", True)]
        limits = properties.get("annotations", {}).get("horizontal", [])
        assert axes.get_ylabel() == properties["yAxis"]["left"]["label"]
        drawn = axes.get_lines()
        assert [line.get_label() for line in drawn] == [*shown, *(limit["label"] for limit in limits)]
        legend = axes.get_legend()
        assert legend is not None
        assert [text.get_text() for text in legend.get_texts()] == shown
        assert [text.get_text() for text in axes.texts] == [limit["label"] for limit in limits]
        for line, limit in zip(drawn[len(shown) :], limits, strict=True):
            assert (np.asarray(line.get_ydata())[0], line.get_color()) == (limit["value"], limit["color"])
            assert axes.get_ylim()[1] > limit["value"]
        assert all(np.asarray(line.get_ydata()).shape == (MINUTES,) for line in drawn[: len(shown)])
        assert axes.get_ylim()[0] == properties["yAxis"]["left"]["min"]


def test_every_alarm_is_drawn_by_its_name(picture: Figure, resources: dict[str, Any], widgets: list[Widget]) -> None:
    names = [alarm["alarm_name"] for alarm in resources["aws_cloudwatch_metric_alarm"].values()]
    (widget,) = [each for each in widgets if each.type == "alarm"]
    assert sorted(widget.properties["alarms"]) == sorted(names)
    texts = [text.removesuffix("…") for text in texts_in(picture, widget)]
    assert all(any(len(text) > 20 and name.startswith(text) for text in texts) for name in names)


def test_a_table_has_the_columns_of_its_query(picture: Figure, widgets: list[Widget]) -> None:
    tables = {each.title: each for each in widgets if each.type == "log"}
    assert columns(tables["By status and reason"]) == (
        *("status", "errorResponseType", "httpMethod", "resourcePath"),
        "answers",
    )
    assert set(columns(tables["By status and reason"])) <= set(texts_in(picture, tables["By status and reason"]))
    assert set(columns(tables["Blocked by WAF"])) <= set(texts_in(picture, tables["Blocked by WAF"]))


def test_it_says_that_the_numbers_are_made_up(picture: Figure) -> None:
    assert NOTE in [text.get_text() for text in page(picture).texts]


def test_what_nothing_is_made_up_for_is_an_error(widgets: list[Widget]) -> None:
    chart, table = (next(each for each in widgets if each.type == type_) for type_ in ("metric", "log"))
    new = [["Spillway/a/prod", "Unheard", {"label": "new"}]]
    with pytest.raises(ValueError, match=r"^Unheard: "):
        figure([replace(chart, properties=chart.properties | {"metrics": new})])
    query = "SOURCE 'a' | filter a = 1\n| stats count(*) as b by c\n| limit 1"
    with pytest.raises(ValueError, match=r"columns \('c', 'b'\)"):
        figure([replace(table, properties=table.properties | {"query": query})])
    plt.close("all")


def test_an_expression_other_than_a_rate_is_an_error(widgets: list[Widget]) -> None:
    chart = next(each for each in widgets if each.type == "metric")
    other = [[{"expression": "a * 2", "label": "twice", "id": "b"}]]
    with pytest.raises(ValueError, match=r"a \* 2"):
        lines(replace(chart, properties=chart.properties | {"metrics": other}))


def test_the_same_dashboard_gives_the_same_bytes(widgets: list[Widget], tmp_path: Path) -> None:
    first, second = tmp_path / "1.png", tmp_path / "2.png"
    draw(widgets, first)
    draw(widgets, second)
    assert first.read_bytes() == second.read_bytes()
    assert first.stat().st_size < 400_000


def test_the_committed_picture_is_of_this_dashboard(widgets: list[Widget]) -> None:
    with Image.open(FILE) as committed:
        assert committed.info["Description"] == description(widgets), "run: make dashboard-picture"


def test_the_page_shows_it() -> None:
    assert "](pictures/dashboard.png)" in (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
