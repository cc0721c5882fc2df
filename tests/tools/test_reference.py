"""docs/reference.md, generated from the schema that editors use."""

import json
import re
from typing import Any

from tools.environment_schema import schema
from tools.reference import FILE, reference, undescribed, units

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


def is_number(value: dict[str, Any]) -> bool:
    words = value.get("enum", [])
    choices = [*value.get("anyOf", []), *value.get("oneOf", [])]
    return value.get("type") in {"integer", "number"} or any(map(is_a_count, words)) or any(map(is_number, choices))


def is_a_count(word: object) -> bool:
    return isinstance(word, int | float) and not isinstance(word, bool)


def test_every_number_has_a_unit_and_nothing_else_has() -> None:
    numbers = {
        name: {key for key, value in table.get("properties", {}).items() if is_number(value)}
        for name, table in SCHEMA["$defs"].items()
    }
    assert {name: set(keys) for name, keys in units().items()} == {name: keys for name, keys in numbers.items() if keys}


def test_a_key_without_a_counterpart_in_aws_says_so() -> None:
    (row,) = [row for row in rows("`[[token_limits]]`") if row.startswith("| `shards` |")]
    assert row.endswith("| Spillway's own |")


def test_a_row_has_the_meaning_the_type_the_unit_the_default_the_bounds_and_the_name_in_aws() -> None:
    rate, burst = rows("`[throttling.routes.<name>]`")
    assert rate == (
        "| `rate_limit` | The refill of the bucket, in requests per second. In `throttling` it has at most six "
        "decimals. | number, requests per second |  | at least 0.000001; at most 2,147,483,647 | "
        "`aws_api_gateway_method_settings.settings.throttling_rate_limit`, "
        "`aws_api_gateway_usage_plan.throttle_settings.rate_limit`, "
        "`aws_api_gateway_usage_plan.api_stages.throttle.rate_limit` |"
    )
    assert burst.startswith(
        "| `burst_limit` | The size of the bucket, in requests. | integer, requests |  | at least 1; at most "
    )


def test_a_key_without_words_of_its_own_has_those_of_its_table() -> None:
    (row,) = [row for row in rows("The file") if row.startswith("| `waf` |")]
    assert row == (
        "| `waf` | A REGIONAL web ACL associated with the stage. Without the table there is none. | [table](#waf) | "
        "unset |  | `aws_wafv2_web_acl` |"
    )


def test_a_choice_names_all_it_may_be() -> None:
    (row,) = [row for row in rows("`[[waf.rate_rules]]`") if row.startswith("| `aggregate_key_type` |")]
    assert '| `"IP"`, `"FORWARDED_IP"`, `"CUSTOM_KEYS"`, `"CONSTANT"` | `"IP"` |' in row


def test_a_kind_of_a_table_has_a_section_of_its_own() -> None:
    kinds = re.findall(r'^## `\[routes\.integration\]` with `type = "(\w+)"`$', PAGE, re.MULTILINE)
    assert sorted(kinds) == sorted(
        SCHEMA["$defs"]["Route"]["properties"]["integration"]["anyOf"][0]["discriminator"]["mapping"]
    )
