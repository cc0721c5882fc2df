"""A UTF-8 byte order mark, which some editors on Windows write, is skipped wherever a file is read."""

import codecs
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from policy.suppressions import SUPPRESSIONS, read_suppressions
from review.cost.prices import DEFAULT, read_prices
from review.simulation.traffic import SCENARIOS, read_traffic
from settings.read import read_environment
from tests.environment_files import MINIMAL, changed, environment, write


def marked(file: Path) -> Path:
    file.write_bytes(codecs.BOM_UTF8 + file.read_bytes())
    return file


def test_an_environment_file(tmp_path: Path) -> None:
    assert read_environment(marked(write(tmp_path, MINIMAL))) == environment(tmp_path)


def test_a_schema(tmp_path: Path) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text('{"type": "object"}')
    text = changed(path='path = "/chat"\nrequest = { body_schema = "schema.json" }')
    expected = environment(tmp_path, text)
    marked(schema)
    assert environment(tmp_path, text) == expected


@pytest.mark.parametrize(
    ("file", "read"),
    [
        (DEFAULT, read_prices),
        (SCENARIOS / "abuser.toml", lambda file: read_traffic(str(file))),
        (SUPPRESSIONS, read_suppressions),
    ],
    ids=["prices", "traffic", "suppressions"],
)
def test_a_file_of_a_command(tmp_path: Path, file: Path, read: Callable[[Path], object]) -> None:
    copy = tmp_path / file.name
    shutil.copy(file, copy)
    expected = read(copy)
    assert read(marked(copy)) == expected
