"""What an environment file names lies in its repository, is a file, and can be read; else a line says so."""

import os
import socket
import time
from pathlib import Path

import pytest

from settings.file_reference import LARGEST_FILE
from settings.integration import LambdaIntegration
from settings.problem import EnvironmentFileError
from settings.read import read_environment
from tests.environment_files import MINIMAL, environment, write
from tests.refusals import refusals

CODE = 'integration = {{ type = "lambda", code = "{}", runtime = "python3.13", handler = "a.b" }}'
SCHEMA = 'request = {{ body_schema = "{}" }}'
ALONE = "must not lead out of the environment file's folder, or into a hidden folder next to it"
REPOSITORY = "must not lead out of the repository, or into a hidden folder next to it"


def code(name: str) -> str:
    return MINIMAL + CODE.format(name) + '\nauthorization = "AWS_IAM"'


def schema(name: str) -> str:
    return MINIMAL + SCHEMA.format(name)


def told(folder: Path, text: str) -> str:
    """The one line, from the value on."""
    (line,) = refusals(folder, text)
    return line.partition(" = ")[2].partition(": ")[2]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An environment file's folder with code, a schema and links in it, and secrets around it."""
    (tmp_path / "config.json").write_text('{"auths": {"x": {"auth": "c2VjcmV0"}}}', encoding="utf-8")
    (tmp_path / "other").mkdir()
    (tmp_path / "other/app.py").write_text("", encoding="utf-8")
    made = tmp_path / "environments"
    (made / "fn").mkdir(parents=True)
    (made / "fn/app.py").write_text("", encoding="utf-8")
    (made / "schema.json").write_text("{}", encoding="utf-8")
    return made


@pytest.mark.parametrize("name", ["../other", "fn/../../other", "../../../../proc/self/net", "..", "../../../../../.."])
def test_code_elsewhere(folder: Path, name: str) -> None:
    assert told(folder, code(name)) == ALONE


@pytest.mark.parametrize("name", ["../config.json", "fn/../../config.json", "../../../../../../dev/zero"])
def test_a_schema_elsewhere(folder: Path, name: str) -> None:
    assert told(folder, schema(name)) == ALONE


def test_what_a_link_leads_to_counts(folder: Path) -> None:
    (folder / "out").symlink_to("../other")
    (folder / "out.json").symlink_to("../config.json")
    assert told(folder, code("out")) == ALONE
    assert told(folder, schema("out.json")) == ALONE
    (folder / "in").symlink_to("fn")
    (folder / "in.json").symlink_to("schema.json")
    assert environment(folder, code("in"))
    assert environment(folder, schema("in.json"))


@pytest.mark.parametrize("to", ["/proc/self/environ", "../../config.json", "../../other/app.py"])
def test_a_link_among_the_code(folder: Path, to: str) -> None:
    (folder / "fn/data.bin").symlink_to(to)
    assert told(folder, code("fn")) == "data.bin is a link that leads out of the environment file's folder"


@pytest.mark.parametrize("to", ["/proc/self", "../fn", "nowhere", "data.bin", "/dev/zero"])
def test_a_link_that_no_zip_holds(folder: Path, to: str) -> None:
    (folder / "fn/data.bin").symlink_to(to)
    assert told(folder, code("fn")) == "data.bin is a link that leads to no file"


def test_a_link_inside_is_the_file(folder: Path) -> None:
    (folder / "shared.py").write_text("", encoding="utf-8")
    (folder / "fn/shared.py").symlink_to("../shared.py")
    assert isinstance(environment(folder, code("fn")).routes[0].integration, LambdaIntegration)


def test_a_repository_is_one_place(folder: Path) -> None:
    (folder.parent / ".git").mkdir()
    (folder.parent / ".git/config.json").write_text("{}", encoding="utf-8")
    assert environment(folder, code("../other"))
    assert environment(folder, schema("../config.json"))
    for name in ("../../elsewhere", "../../../../proc/self/net", "../.git"):
        assert told(folder, code(name)) == REPOSITORY
    assert told(folder, schema("../.git/config.json")) == REPOSITORY
    for name in ("..", ".", "fn/.."):
        assert told(folder, code(name)) == "must not contain the environment file's own folder"


def test_what_is_no_file_is_not_waited_for(folder: Path) -> None:
    os.mkfifo(folder / "schema.fifo")
    assert told(folder, schema("schema.fifo")) == "is not a file"
    assert told(folder, schema("fn")) == "is not a file"
    os.mkfifo(folder / "fn/app.fifo")
    assert told(folder, code("fn")) == "app.fifo is not a file"
    (folder / "fn/app.fifo").unlink()
    with socket.socket(socket.AF_UNIX) as bound:
        here = Path.cwd()
        os.chdir(folder / "fn")  # a socket's path is short
        try:
            bound.bind("s")
        finally:
            os.chdir(here)
        assert told(folder, code("fn")) == "s is not a file"


def test_a_huge_schema(folder: Path) -> None:
    with (folder / "huge.json").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    assert told(folder, schema("huge.json")) == "is larger than 10 MB"


def test_a_schema_with_a_number_that_python_does_not_read(folder: Path) -> None:
    (folder / "digits.json").write_text(f'{{"maximum": {"9" * 5000}}}', encoding="utf-8")
    assert told(folder, schema("digits.json")) == "must be a file with JSON: a number has too many digits"


def test_names_that_the_system_refuses(folder: Path) -> None:
    assert told(folder, code("a" * 5000)) == "cannot be read: File name too long"
    assert told(folder, schema("a" * 5000)) == "cannot be read: File name too long"
    assert told(folder, code("a\\u0000b")) == "must be a path relative to the environment file, with forward slashes"
    (folder / "round").symlink_to("round")
    assert told(folder, schema("round/a")).startswith("cannot be read: ")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read(folder: Path) -> None:
    (folder / "fn/app.py").parent.chmod(0)
    try:
        assert told(folder, code("fn")) == "cannot be read: Permission denied"
    finally:
        (folder / "fn").chmod(0o700)


def test_the_environment_file_itself(folder: Path) -> None:
    os.mkfifo(folder / "fifo.toml")
    (folder / "zero.toml").symlink_to("/dev/zero")
    with (folder / "huge.toml").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    said = {}
    for name in ("fifo", "zero", "huge"):
        with pytest.raises(EnvironmentFileError) as caught:
            read_environment(folder / f"{name}.toml")
        (line,) = caught.value.lines
        said[name] = line.rpartition(": ")[2]
    assert said == {"fifo": "is not a file", "zero": "is not a file", "huge": "is larger than 10 MB"}


@pytest.mark.parametrize(
    "text",
    [
        ".".join(["a"] * 50_000) + " = 1",
        "[" + ".".join(["'a'"] * 50_000) + "]",
        "x = { " + " . ".join(['"a"'] * 50_000) + " = 1 }",
    ],
)
def test_a_key_of_many_parts_is_refused_before_it_is_read(tmp_path: Path, text: str) -> None:
    started = time.process_time()
    file = write(tmp_path, MINIMAL + "\n" + text)
    with pytest.raises(EnvironmentFileError, match="a key has more than 64 parts"):
        read_environment(file)
    assert time.process_time() - started < 60  # tomllib would take minutes


def test_dots_in_a_text_are_no_parts(tmp_path: Path) -> None:
    text = ".".join(["a"] * 100)
    assert environment(tmp_path, MINIMAL.replace('name = "api"', f'name = "api"\ndescription = "{text}, {text}"'))
