"""Traffic files for tests, as text, and environments to meet them."""

from pathlib import Path
from textwrap import dedent

from review.engine.rate_window import WafModel
from review.layers.from_settings import layers_of
from review.layers.layers import Layers
from review.simulation.simulate import Group, Result, simulate
from review.simulation.traffic import Traffic, read_traffic
from settings.read import read_environment
from tests.environment_files import ROOT

STEADY = """
duration_sec = 60

[[clients]]
name = "users"
kind = "steady"
count = 3
rate = 1
"""


def write(folder: Path, text: str) -> str:
    """The text as a traffic file; its path."""
    file = folder / "traffic.toml"
    file.write_text(dedent(text), encoding="utf-8")
    return str(file)


def traffic(folder: Path, text: str) -> Traffic:
    return read_traffic(write(folder, text))


def environment(name: str) -> Layers:
    """One of the repository's own."""
    return layers_of(read_environment(ROOT / "environments" / f"{name}.toml"))


def simulated(layers: Layers, requests: Traffic) -> Result:
    return simulate(layers, requests, WafModel())


def groups(result: Result) -> dict[str, Group]:
    return {group.name: group for group in result.groups}
