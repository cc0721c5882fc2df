"""Whatever a file says, it is taken or refused in lines that name a field; never a traceback."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any, cast

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from settings.entry_name import entry_name
from settings.environment import Environment
from settings.problem import NO_VALUE, EnvironmentFileError, field_path, line_about
from settings.read import read_environment
from settings.route import Route
from settings.waf.web_acl_rules import web_acl_rules
from settings.written_out import ANY, METHODS_OF_ANY
from tests.environment_files import ROOT
from tests.examples import examples
from tests.refusals import without_file
from tests.settings.toml_text import toml

Table = dict[str, Any]
Place = tuple[str | int, ...]

EXAMPLES = ROOT / "docs/examples"
FILES = sorted([*(ROOT / "environments").glob("*.toml"), *EXAMPLES.glob("*.toml")])
BASES = [tomllib.loads(file.read_text(encoding="utf-8")) for file in FILES]


def places(table: Any, where: Place = ()) -> Iterator[tuple[Place, Any]]:
    """Every value of the table, and where it is."""
    for key, value in table.items() if isinstance(table, dict) else enumerate(table) if isinstance(table, list) else ():
        yield (*where, key), value
        yield from places(value, (*where, key))


def key_names(annotation: Any = Environment) -> set[str]:
    """Every key that a schema of the file names."""
    found: set[str] = set()

    def read(node: Any) -> None:
        if isinstance(node, dict):
            found.update(node.get("properties", {}))
            for part in node.values():
                read(part)
        elif isinstance(node, list):
            for part in node:
                read(part)

    read(annotation.model_json_schema())
    return found - {"name"}


KEYS = sorted(key_names())
KNOWN = [value for base in BASES for _, value in places(base)]
ODD: list[Any] = [
    -1,
    0,
    1.5,
    10**12,
    10**400,
    True,
    "",
    "x",
    "a\nb",
    "\x00",
    "ünï",
    "${x}",
    "%{x}",
    "x" * 5000,
    "POST /v1/chat/completions",
    [],
    [[]],
    ["x"],
    {},
    {"x": 1},
    {"a\nb": "\x1b[31m"},
    float("nan"),
    float("inf"),
    date(2026, 11, 1),
    datetime(2026, 11, 1, 12, tzinfo=UTC),
    time(12, 30),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the files that the examples name."""
    made = tmp_path_factory.mktemp("examples")
    shutil.copytree(EXAMPLES, made, dirs_exist_ok=True)
    return made


def read(file: Path) -> tuple[Environment | None, list[str]]:
    """The settings, or the lines of the refusal without the file's name."""
    try:
        return read_environment(file), []
    except EnvironmentFileError as error:
        return None, without_file(file, error)


def taken(folder: Path, table: Table) -> bool:
    """Whether the file is taken; each line of a refusal and of a warning names a field of the file."""
    file = folder / "any.toml"
    file.write_text(toml(table), encoding="utf-8")
    known = tuple(field_path((key,)) for key in table.keys() | Environment.model_fields.keys()) + tuple(routes(table))
    environment, lines = read(file)
    # An empty file has a line of its own: test_refusals.py.
    for line in lines if table else ():
        assert_names_a_field(line, known)
    if environment is None:
        assert lines
        return False
    for problem in environment.warnings():
        assert_names_a_field(str(problem), known)
    if environment.waf is not None and environment.waf.web_acl_arn is None:
        assert web_acl_rules(environment.waf, environment.routes, environment.path_prefixes)
    return True


def routes(table: Table) -> Iterator[str]:
    """`POST /chat: integration` for each key that a route may have, as lines name it."""
    for index, route in enumerate(table["routes"] if isinstance(table.get("routes"), list) else ()):
        if name := entry_name(("routes", index), table):  # nothing for a route that the file does not name
            for method in (name.split(" ")[0], *(METHODS_OF_ANY if route["method"] == ANY else ())):
                for key in route.keys() | Route.model_fields.keys():
                    named = f"{method} {name.partition(' ')[2]}"
                    yield line_about(("routes", index, key), NO_VALUE, "", entry=named).removesuffix(": ")


def assert_names_a_field(line: str, known: tuple[str, ...]) -> None:
    assert line.isprintable(), line
    line = re.sub(r"^\d+ routes \(.*?\): ", "routes: ", line)
    line = re.sub(r"^(?:rate rule|rule group) [\w-]+: ", "waf: ", line)
    line = re.sub(r"^token limit [\w-]+: ", "token_limits: ", line)
    field = next((name for name in known if line.startswith(name) and line[len(name)] in ".[ :"), None)
    assert field is not None, line
    assert ": " in line[len(field) :], line


# By number, and made once: hypothesis hashes all that a `sampled_from` may choose.
base, change, key_name = st.sampled_from(range(len(BASES))), st.sampled_from(range(4)), st.sampled_from(KEYS)
some_value = st.sampled_from(range(len(ODD) * 4)), st.sampled_from(range(len(KNOWN)))
place, changes = st.integers(0, 10**6), st.integers(1, 3)


@st.composite
def changed_tables(draw: st.DrawFn) -> Table:
    """An example with one to three values replaced, removed, added or doubled."""
    table: Table = deepcopy(BASES[draw(base)])
    for _ in range(draw(changes)):
        all_places = [where for where, _ in places(table)]
        if not all_places:
            break
        inner: Any = table
        front, last = (found := all_places[draw(place) % len(all_places)])[:-1], cast("Any", found[-1])
        for key in front:
            inner = inner[key]
        odd = draw(some_value[0])
        value = deepcopy(ODD[odd] if odd < len(ODD) else KNOWN[draw(some_value[1])])
        match ("replace", "remove", "add", "double")[draw(change)]:
            case "replace":
                inner[last] = value
            case "remove":
                del inner[last]
            case "double" if isinstance(inner, list):
                inner.append(deepcopy(inner[last]))
            case _ if isinstance(inner, dict):
                inner[draw(key_name)] = value
            case _:
                inner.append(value)
    return table


scalar = st.one_of(
    st.sampled_from([value for value in ODD if not isinstance(value, dict | list)]),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.text(max_size=8),
    st.sampled_from([value for value in KNOWN if isinstance(value, str)]),
)
anything = st.recursive(
    scalar,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)
any_table = st.dictionaries(
    st.sampled_from(sorted(Environment.model_fields)) | st.text(max_size=4), anything, max_size=6
)


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_an_unchanged_example_is_taken(folder: Path, file: Path) -> None:
    assert taken(folder, BASES[FILES.index(file)])


FUZZ = settings(
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
)


@settings(FUZZ, max_examples=examples(700))
@given(table=changed_tables())
def test_a_changed_example_is_taken_or_refused_by_name(folder: Path, table: Table) -> None:
    taken(folder, table)


@settings(FUZZ, max_examples=examples(400))
@given(table=any_table)
def test_any_table_is_taken_or_refused_by_name(folder: Path, table: Table) -> None:
    taken(folder, table)
