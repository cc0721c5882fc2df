"""docs/reference.md, made of the schema that editors check environment files with."""

import json
import re
from typing import Any

from tools.environment_schema import schema
from tools.reference import FILE, reference, undescribed

SCHEMA: dict[str, Any] = json.loads(schema())
PAGE = reference()


def rows(title: str) -> list[str]:
    """The rows of one section's table."""
    section = PAGE.split(f"\n## {title}\n")[1].split("\n## ")[0]
    return [line for line in section.splitlines() if line.startswith("| `")]


def test_it_is_up_to_date() -> None:
    assert FILE.read_text(encoding="utf-8") == PAGE, "run: make schema"


def test_every_key_of_the_schema_has_a_row() -> None:
    keys = [key for table in (SCHEMA, *SCHEMA["$defs"].values()) for key in table.get("properties", {})]
    assert len(keys) > 250
    assert sorted(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)) == sorted(keys)


def test_every_key_says_what_it_means() -> None:
    assert undescribed() == set()


def test_a_row_has_the_meaning_the_type_the_default_and_the_bounds() -> None:
    rate, burst = rows("`[throttling.routes.<name>]`")
    assert rate == (
        "| `rate_limit` | Requests per second; in `throttling` with at most six decimals. | number |  | "
        "at least 0.000001; at most 2,147,483,647 |"
    )
    assert burst == "| `burst_limit` | Requests at once. | integer |  | at least 1; at most 2,147,483,647 |"


def test_a_key_without_words_of_its_own_has_those_of_its_table() -> None:
    (row,) = [row for row in rows("The file") if row.startswith("| `waf` |")]
    assert row == (
        "| `waf` | A REGIONAL web ACL associated with the stage. Without the table there is none. | [table](#waf) | "
        "unset |  |"
    )


def test_a_choice_names_all_it_may_be() -> None:
    (row,) = [row for row in rows("`[[waf.rate_rules]]`") if row.startswith("| `aggregate_key_type` |")]
    assert '| `"IP"`, `"FORWARDED_IP"`, `"CUSTOM_KEYS"`, `"CONSTANT"` | `"IP"` |' in row


def test_a_kind_of_a_table_has_a_section_of_its_own() -> None:
    kinds = re.findall(r'^## `\[routes\.integration\]` with `type = "(\w+)"`$', PAGE, re.MULTILINE)
    assert sorted(kinds) == sorted(
        SCHEMA["$defs"]["Route"]["properties"]["integration"]["anyOf"][0]["discriminator"]["mapping"]
    )
