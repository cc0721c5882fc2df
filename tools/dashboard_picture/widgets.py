"""The widgets of a dashboard, read from the Terraform JSON that Spillway synthesizes.

Structure: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html,
read 2026-11.
"""

import json
import re
from dataclasses import dataclass
from typing import Any

from settings.environment import Environment
from tools.committed import synthesized


@dataclass(frozen=True, kw_only=True, slots=True)
class Widget:
    """A widget at its place in the dashboard's grid."""

    type: str
    x: int
    y: int
    width: int
    height: int
    properties: dict[str, Any]

    @property
    def title(self) -> str:
        """Its title, or the text of a text widget without the Markdown of its heading."""
        return str(self.properties.get("title") or self.properties["markdown"].lstrip("# "))


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A metric, or an expression over metrics, that a widget draws."""

    label: str
    metric: str
    stat: str
    dimensions: dict[str, str]
    divided_by: int
    """Seconds: 60 if the line is a metric's sum over its period as a rate per second, otherwise 1."""


def read_widgets(environment: Environment) -> list[Widget]:
    """The widgets of `aws_cloudwatch_dashboard.stage`, with the names of alarms in place of the references to them."""
    resources = json.loads(synthesized(environment)["cdk.tf.json"])["resource"]
    body = json.loads(resources["aws_cloudwatch_dashboard"]["stage"]["dashboard_body"])
    names = {
        f"${{aws_cloudwatch_metric_alarm.{address}.arn}}": alarm["alarm_name"]
        for address, alarm in resources.get("aws_cloudwatch_metric_alarm", {}).items()
    }
    for widget in body["widgets"]:
        if widget["type"] == "alarm":
            widget["properties"]["alarms"] = [names[arn] for arn in widget["properties"]["alarms"]]
    return [Widget(**widget) for widget in body["widgets"]]


def lines(widget: Widget) -> list[Line]:
    """The visible lines of a metric widget. The only expression that a dashboard of ours has is a rate per second."""
    by_id: dict[str, Line] = {}
    visible: list[Line] = []
    for entry in widget.properties["metrics"]:
        rendering = entry[-1]
        if len(entry) == 1:
            rate = re.fullmatch(r"(\w+) / PERIOD\(\1\)", rendering["expression"])
            if rate is None:
                raise ValueError(f"{widget.title}: cannot draw the expression {rendering['expression']}")
            of = by_id[rate[1]]
            period = widget.properties["period"]
            line = Line(
                label=rendering["label"], metric=of.metric, stat=of.stat, dimensions=of.dimensions, divided_by=period
            )
        else:
            _, metric, *pairs = entry[:-1]
            line = Line(
                label=rendering.get("label", metric),
                metric=metric,
                stat=rendering.get("stat", widget.properties["stat"]),
                dimensions=dict(zip(pairs[::2], pairs[1::2], strict=True)),
                divided_by=1,
            )
        if "id" in rendering:
            by_id[rendering["id"]] = line
        if rendering.get("visible", True):
            visible.append(line)
    return visible


def limits(widget: Widget) -> dict[str, float]:
    """The values of a metric widget's horizontal annotations, by their labels."""
    annotations = widget.properties.get("annotations", {}).get("horizontal", ())
    return {annotation["label"]: annotation["value"] for annotation in annotations}


def columns(widget: Widget) -> tuple[str, ...]:
    """The columns of a log widget's table: what its query groups by, then what it computes."""
    found = re.search(r"\| stats (?P<computed>.*?)\s+by (?P<by>[^|]*)", widget.properties["query"], re.DOTALL)
    if found is None:
        raise ValueError(f"{widget.title}: cannot tell the columns of its query")
    by = [name.strip() for name in found["by"].split(",")]
    return (*by, *re.findall(r" as (\w+)", found["computed"]))


def unit(widget: Widget) -> str:
    """What a metric widget's vertical axis counts."""
    return str(widget.properties["yAxis"]["left"]["label"])
