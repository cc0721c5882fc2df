"""Numbers and texts that AWS or Terraform would refuse for their size are refused here, in time and in a short line."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from settings.file_schema import file_schema
from settings.problem import EnvironmentFileError
from settings.read import read_environment
from tests.environment_files import MINIMAL, changed, environment, write
from tests.refusals import refusals


def numbers(schema: Any, where: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if schema.get("type") in ("integer", "number"):
            yield where, schema
        for key, each in schema.items():
            yield from numbers(each, f"{where}.{key}")
    elif isinstance(schema, list):
        for index, each in enumerate(schema):
            yield from numbers(each, f"{where}[{index}]")


def test_every_number_of_the_schema_has_an_end() -> None:
    found = list(numbers(file_schema()))
    assert found
    assert [where for where, each in found if not {"maximum", "exclusiveMaximum", "const", "enum"} & each.keys()] == []


BODY = "POST /chat: integration.body: "
LONG = "must be at most 300 KB, AWS's limit for a mapping template, not 301 KB"


def test_a_mapping_template(tmp_path: Path) -> None:
    fits = changed(path=f'path = "/chat"\nintegration = {{ type = "mock", body = "{"x" * 300 * 1024}" }}')
    assert environment(tmp_path, fits)
    (line,) = refusals(tmp_path, fits.replace('body = "', 'body = "y'))
    assert line.startswith(BODY)
    assert line.endswith(f": {LONG}")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("nan", "nan"),
        ("-inf", "-inf"),
        ("2026-11-01", "2026-11-01"),
        ("12:30:00", "12:30:00"),
        ("0x" + "f" * 5000, "a number too long to show"),
        ("1" + "0" * 400, "1" + "0" * 76 + "..."),
    ],
)
@pytest.mark.parametrize("place", ["{ maximum = VALUE }", "{ properties = { n = { enum = [1, VALUE] } } }"])
def test_a_schema_is_json(tmp_path: Path, value: str, shown: str, place: str) -> None:
    field = "maximum" if "maximum" in place else "properties.n.enum[1]"
    text = changed(path=f'path = "/chat"\nrequest = {{ body_schema = {place.replace("VALUE", value)} }}')
    (line,) = refusals(tmp_path, text)
    assert line.endswith(f": must be JSON: {field} = {shown} is not possible in it")


def test_a_schema_file_with_numbers_that_are_none(tmp_path: Path) -> None:
    (tmp_path / "schema.json").write_text('{"maximum": Infinity}', encoding="utf-8")
    text = changed(path='path = "/chat"\nrequest = { body_schema = "schema.json" }')
    assert refusals(tmp_path, text) == [
        "POST /chat: request.body_schema = 'schema.json': must be JSON: maximum = inf is not possible in it"
    ]


@pytest.mark.parametrize("path", ["/a" * 301, "/" + "a" * 10_240, "/a" * 100_000])
def test_a_path_is_as_long_as_aws_takes_it(tmp_path: Path, path: str) -> None:
    started = time.process_time()
    (line,) = refusals(tmp_path, changed(path=f'path = "{path}"'))
    assert line.endswith("must have at most 10240 characters and 300 parts; AWS allows no more")
    assert len(line) < 300
    assert time.process_time() - started < 60  # minutes, by the square of its parts


def test_many_wrong_keys_are_short_lines(tmp_path: Path) -> None:
    routes = "".join(f'\n[[routes]]\nmethod = "GET"\npath = "/p{index}"' for index in range(3000))
    wrong = "\n[throttling.routes]\n" + "\n".join(f'"GET /q{index}" = "blocked"' for index in range(3000))
    lines = refusals(tmp_path, MINIMAL + routes + wrong)
    assert len(lines) == 3000
    assert max(map(len, lines)) < 400
    assert lines[0].endswith("GET /p9, GET /p10, and 2989 more")


@pytest.mark.parametrize(
    "text",
    [
        f'integration = {{ type = "{"x" * 10**6}" }}',
        f"{'x' * 10**6} = 1",
        f'integration = {{ type = "mock", {"x" * 10**6} = 1 }}',
        f'"{"é" * 10**6}" = 1',
    ],
)
def test_a_refusal_is_a_short_line_whatever_the_file_says(tmp_path: Path, text: str) -> None:
    for line in refusals(tmp_path, MINIMAL + text):
        assert len(line) < 1000


def test_numbers_without_end(tmp_path: Path) -> None:
    digits = "9" * 4000
    text = changed(burst="burst_limit = " + digits).replace("[api]", f"account_burst_limit = {digits}\n[api]")
    with pytest.raises(EnvironmentFileError) as caught:
        read_environment(write(tmp_path, text))
    assert all("must be less than or equal to 2147483647" in line for line in caught.value.lines)
    assert len(caught.value.lines) == 2
