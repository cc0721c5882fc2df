"""The access log's format, which the replay in review/ also depends on."""

import json

from settings.observability.access_log import FIELDS, LIMITED_BY, access_log_format
from tests.aws.access_log_variables import VARIABLES
from tests.environment_files import ROOT
from tests.observability.access_log_meanings import MEANINGS


def test_every_variable_is_one_that_aws_documents() -> None:
    assert set(FIELDS.values()) <= VARIABLES


def test_a_line_is_one_json_object_with_every_value_in_quotes() -> None:
    line = access_log_format()
    assert "\n" not in line
    assert json.loads(line) == dict(FIELDS)
    assert all(isinstance(value, str) for value in json.loads(line).values())


def test_each_variable_is_logged_once() -> None:
    assert len(set(FIELDS.values())) == len(FIELDS)


def test_what_a_caller_writes_freely_stands_last() -> None:
    # Without escaping, it could end the line early, but it could not hide a field in front of it.
    assert list(FIELDS)[-1] == "userAgent"


def test_a_stream_says_when_its_first_token_came() -> None:
    assert FIELDS["timeToFirstContent"] == "$context.integration.timeToFirstContent"


def test_aws_demands_a_request_id() -> None:
    assert {"$context.requestId", "$context.extendedRequestId"} <= set(FIELDS.values())


def test_the_layers_are_told_apart_by_fields_that_are_logged() -> None:
    assert {field for field, _ in LIMITED_BY.values()} <= FIELDS.keys()
    assert len(set(LIMITED_BY.values())) == len(LIMITED_BY)


def test_the_format_fits_the_size_that_aws_takes() -> None:
    # https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html: 3 KB for an access log template.
    assert len(access_log_format().encode()) <= 3 * 1024


def test_the_docs_have_the_format_as_a_table() -> None:
    text = (ROOT / "docs" / "observability.md").read_text(encoding="utf-8")
    rows = "\n".join(f"| `{field}` | `{FIELDS[field]}` | {MEANINGS[field]} |" for field in FIELDS)
    assert MEANINGS.keys() == FIELDS.keys()
    assert rows in text
