"""`make dashboard-picture`: docs/pictures/dashboard.png, the dashboard of docs/examples/observability.toml."""

import sys
from pathlib import Path

import typer

from settings.problem import EnvironmentFileError
from settings.read import read_environment
from tools.dashboard_picture.picture import draw
from tools.dashboard_picture.widgets import read_widgets

ROOT = Path(__file__).parent.parent.parent
EXAMPLE = ROOT / "docs" / "examples" / "observability.toml"
FILE = ROOT / "docs" / "pictures" / "dashboard.png"


def main() -> None:
    """Draw the picture, or exit with 1 and the reason."""
    try:
        widgets = read_widgets(read_environment(EXAMPLE))
    except EnvironmentFileError as error:
        sys.exit(str(error))
    draw(widgets, FILE)


if __name__ == "__main__":
    typer.run(main)
