"""On which line a refusal finds its field."""

from pathlib import Path

import pytest

from settings.line_number import line_numbers
from settings.problem import EnvironmentFileError
from settings.read import read_environment
from settings.secrecy import Where
from tests.environment_files import MINIMAL, write

TEXT = '''# A comment = "with an equals sign"
[aws]
region = "us-east-1"

[throttling]
rate_limit = 10
routes."POST /a" = "blocked"

[throttling.routes."POST /b"]
rate_limit = 1

[[routes]]
path = "/a"
integration = { type = "mock", body = """
[[routes]]
path = "/b"
""" }

[[routes]]
path = "/b"
authorization_scopes = [
    "one",
    "two",
]
'''


@pytest.mark.parametrize(
    ("where", "line"),
    [
        (("aws",), 2),
        (("aws", "region"), 3),
        (("throttling", "burst_limit"), 5),
        (("throttling", "rate_limit"), 6),
        (("throttling", "routes", "POST /a"), 7),
        (("throttling", "routes", "POST /b"), 9),
        (("throttling", "routes", "POST /b", "rate_limit"), 10),
        (("routes", 0), 12),
        (("routes", 0, "path"), 13),
        (("routes", 0, "integration", "body"), 14),
        (("routes", 1, "method"), 19),
        (("routes", 1, "path"), 20),
        (("routes", 1, "authorization_scopes", 1), 21),
        (("api",), None),
        ((), None),
    ],
)
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_the_line_of_a_field(where: Where, line: int | None, newline: str) -> None:
    assert line_numbers(TEXT.replace("\n", newline), [where]) == [line]


def test_a_very_large_file_has_no_line_numbers() -> None:
    text = TEXT + f"# {'x' * 3_000_000}\n[api]\n"
    assert line_numbers(text, [("api",)]) == [None]


def test_each_line_of_a_refusal_has_its_number(tmp_path: Path) -> None:
    file = write(tmp_path, MINIMAL.replace("rate_limit = 10", "rate_limit = 0") + "status = 1\n[waf]\nmode = 1\n")
    with pytest.raises(EnvironmentFileError) as caught:
        read_environment(file)
    assert [line.removeprefix(file.as_posix()).split(" ")[0] for line in caught.value.lines] == [":18:", ":12:", ":20:"]
