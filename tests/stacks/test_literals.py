"""Neither Terraform nor CDKTF evaluates any text of an environment file."""

import re
import shutil
import tomllib
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from constructs.terraform.literal import literals
from settings.base import Settings
from settings.environment import Environment
from settings.file_reference import PLACE
from settings.file_reference import Place as FolderOfTheFile
from settings.file_schema import file_schema
from settings.problem import EnvironmentFileError
from settings.read import read_environment
from tests.environment_files import MINIMAL, ROOT
from tests.refusals import refusals
from tests.settings.toml_text import toml
from tests.synthesis import rendered, rendered_text

EXAMPLES = ROOT / "docs" / "examples"
FOLDERS = (ROOT / "environments", EXAMPLES, Path(__file__).parent / "texts")
FILES = [file for folder in FOLDERS for file in sorted(folder.glob("*.toml"))]
BASES = {file.stem: tomllib.loads(file.read_text(encoding="utf-8")) for file in FILES}
every_base = pytest.mark.parametrize("base", list(BASES.values()), ids=list(BASES))

Place = tuple[str | int, ...]

# Each sign at the end of a text and in place of it. `{` alone opens nothing, unless the text in front of it ends in a
# sign that turns it into a template.
SIGNS = ("${Q}", "%{Q(1)}", "$${Q}", "{Q}", "Q$")

# What Terraform 1.11 evaluates, tried with outputs: an opening sign right after another of its kind is an escape,
# however many precede it.
TEMPLATE = re.compile(r"(?<!\$)\$\{([^}]*)\}|(?<!%)%\{([^}]*)\}")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """With the files that the examples refer to."""
    made = tmp_path_factory.mktemp("literals")
    shutil.copytree(EXAMPLES, made, dirs_exist_ok=True)
    return made


def text_places(table: Any, where: Place = ()) -> Iterator[Place]:
    """Every text of a table; a key occurs twice, as the place of its table and by itself."""
    for key, value in table.items() if isinstance(table, dict) else enumerate(table):
        if isinstance(table, dict):
            yield (*where, key, key)
        if isinstance(value, str):
            yield (*where, key)
        elif isinstance(value, dict | list):
            yield from text_places(value, (*where, key))


def changed(table: Any, place: Place, sign: str, *, whole: bool) -> Any:
    """The table with the sign in that place or after its value; None if the place does not exist."""
    table = deepcopy(table)
    *front, last = place
    inner: Any = table
    renamed = len(front) > 0 and front[-1] == last
    for key in front[:-1] if renamed else front:
        inner = inner[key]
    if not renamed:
        inner[last] = sign if whole else inner[last] + sign
    elif isinstance(inner, dict):
        inner[sign if whole else f"{last}{sign}"] = inner.pop(last)
    return table


def taken(folder: Path, table: Any) -> Environment | None:
    file = folder / "literals.toml"
    file.write_text(toml(table), encoding="utf-8")
    try:
        return read_environment(file)
    except EnvironmentFileError:
        return None


def is_accepted(folder: Path, table: Any) -> bool:
    """The same without a file and without the words of a refusal, which would be most of the time."""
    try:
        Environment.model_validate({"name": "literals", **table}, context={PLACE: FolderOfTheFile.of(folder)})
    except ValidationError:
        return False
    return True


def evaluated(content: Any) -> list[str]:
    """Everything in it that Terraform would evaluate, including keys."""
    match content:
        case str():
            return [found[1] or found[2] or "" for found in TEMPLATE.finditer(content)]
        case dict():
            return [each for key, value in content.items() for each in (*evaluated(key), *evaluated(value))]
        case list():
            return [each for value in content for each in evaluated(value)]
        case _:
            return []


@every_base
def test_whatever_is_accepted_is_never_evaluated(folder: Path, base: dict[str, Any]) -> None:
    """Each sign in every text and every key; those that are allowed are tried together, as in one file."""
    ours = evaluated(rendered(taken(folder, base) or pytest.fail("refused")))
    for sign in SIGNS:
        together = base
        for place in text_places(base):
            for whole in (False, True):
                try:
                    table = changed(together, place, sign, whole=whole)
                except (KeyError, TypeError):
                    break  # renamed above
                if is_accepted(folder, table):
                    together = table
                    break
        content = rendered(taken(folder, together) or pytest.fail("refused together"))
        # Terraform does not evaluate a backend's values (below), so nothing must be escaped there.
        content.get("terraform", {}).pop("backend", None)
        assert set(evaluated(content)) <= set(ours) | _references(content), sign


def _references(content: Any) -> set[str]:
    """Our own expressions: none has the sign's letter, and each begins with a name that Terraform knows."""
    known = re.compile(r"(aws_|data\.|var\.|each\.|length\(var\.|toset\(var\.)")
    return {each for each in evaluated(content) if known.match(each) and "Q" not in each}


@pytest.mark.parametrize("sign", ["${x}", "%{x}", "$${x}", "%%{x}", "$%{x}"])
def test_an_escaped_text_is_the_file_s_own_once_terraform_has_read_it(tmp_path: Path, sign: str) -> None:
    text = MINIMAL.replace('name = "api"', f'name = "api"\ndescription = "a {sign} b"')
    said = rendered_text(tmp_path, text)["resource"]["aws_api_gateway_rest_api"]["api"]["description"]
    assert said.replace("$${", "${").replace("%%{", "%{") == f"a {sign} b"


def test_a_backend_keeps_what_the_file_says(tmp_path: Path) -> None:
    """Terraform decodes the block without an evaluation context, and HCL then takes a JSON string literally.

    github.com/hashicorp/hcl, json/structure.go, `expression.Value`, read 2026-11; tried with Terraform's own `init`.
    """
    backend = '[backend]\ntype = "s3"\nbucket = "states"\nregion = "us-east-1"\nkey = "a/${x}%{y}"\n'
    assert rendered_text(tmp_path, MINIMAL + backend)["terraform"]["backend"]["s3"]["key"] == "a/${x}%{y}"


def _names_of_texts(schema: dict[str, Any]) -> set[str]:
    tables = [schema, *schema["$defs"].values()]
    return {name for table in tables for name, field in table.get("properties", {}).items() if _takes_text(field)}


def _takes_text(field: Any) -> bool:
    if not isinstance(field, dict):
        return False
    if field.get("type") == "string" and not {"enum", "const"} & field.keys():
        return True
    parts = [part for keyword in ("anyOf", "oneOf", "allOf") for part in field.get(keyword, ())]
    parts += [field.get("items"), field.get("additionalProperties"), *field.get("patternProperties", {}).values()]
    return any(map(_takes_text, parts))


def test_every_text_of_the_schema_is_in_some_file_here() -> None:
    """Otherwise the property above would not cover it. A new field that no example uses belongs in texts/."""
    found: set[str] = set()

    def read(value: Any) -> None:
        for key, each in value.items() if isinstance(value, dict) else enumerate(value):
            found.add(str(key))
            if isinstance(each, dict | list):
                read(each)

    for base in BASES.values():
        read(base)
    assert _names_of_texts(file_schema()) - found == set()


def test_a_value_that_nobody_has_decided_about_stops_the_synthesis() -> None:
    class Odd(Settings):
        when: complex = 1j

    with pytest.raises(TypeError, match="complex in the settings"):
        literals(Odd())


def test_settings_without_a_template_stay_the_same_value(folder: Path) -> None:
    for base in BASES.values():
        environment = taken(folder, base)
        assert environment is not None
        assert literals(environment) is environment


@pytest.mark.parametrize("opening", ["${", "#{", "&{"])
def test_a_token_of_cdktf_s_own_is_refused(tmp_path: Path, opening: str) -> None:
    """CDKTF inserts another value, or fails with a traceback if it does not know that number."""
    token = f"a{opening}TfToken[TOKEN.0]}}"
    told = "must not contain {TfToken[, which CDKTF uses for its own values"
    text = MINIMAL.replace('name = "api"', f'name = "api"\ndescription = "{token}"')
    (tmp_path / "schema.json").write_text(f'{{"properties": {{"{token}": {{}}}}}}', encoding="utf-8")
    text += "request = { body_schema = 'schema.json' }\n[tags]\n"
    assert refusals(tmp_path, text) == [
        f"api.description = {token!r}: {told}",
        f"POST /chat: request.body_schema: {told}",
    ]
