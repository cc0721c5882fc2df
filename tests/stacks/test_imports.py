"""Resources that are adopted instead of created."""

from pathlib import Path

import pytest

from settings.problem import EnvironmentFileError
from tests.environment_files import MINIMAL, write
from tests.refusals import refusals
from tests.synthesis import rendered_text
from tests.test_main import run_main

IMPORTS = (
    '\n[imports]\n"aws_api_gateway_rest_api.api" = "a1b2c3d4e5"\n"aws_api_gateway_method.post_chat" = "a1/r2/POST"\n'
)


def test_blocks_with_our_addresses(tmp_path: Path) -> None:
    content = rendered_text(tmp_path, MINIMAL + IMPORTS)
    assert content["import"] == [
        {"to": "aws_api_gateway_rest_api.api", "id": "a1b2c3d4e5"},
        {"to": "aws_api_gateway_method.post_chat", "id": "a1/r2/POST"},
    ]
    assert {key: content[key] for key in content if key != "import"} == rendered_text(tmp_path, MINIMAL)


def test_an_address_that_the_stack_does_not_have(tmp_path: Path) -> None:
    text = MINIMAL + '[imports]\n"aws_api_gateway_method.post_chats" = "a/b/POST"\n"aws_sns_topic.x" = "y"'
    with pytest.raises(EnvironmentFileError) as caught:
        rendered_text(tmp_path, text)
    assert caught.value.lines == (
        (
            "test.toml: imports.\"aws_api_gateway_method.post_chats\" = 'a/b/POST': no such resource in this stack; "
            "there is aws_api_gateway_method.post_chat"
        ),
        "test.toml: imports.\"aws_sns_topic.x\" = 'y': no such resource in this stack",
    )


def test_it_is_said_in_a_line_by_the_program_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path, MINIMAL + '[imports]\n"aws_sns_topic.x" = "y"')
    status, out, err = run_main(monkeypatch, capsys, tmp_path, tmp_path / "out")
    assert (status, out) == (1, "")
    assert err == "test.toml: imports.\"aws_sns_topic.x\" = 'y': no such resource in this stack\n"


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (
            '"api" = "a1"',
            "imports.api: must be the Terraform address of a resource, such as aws_api_gateway_rest_api.rest_api",
        ),
        (
            '"aws_api_gateway_rest_api.api" = "${x}"',
            (
                "imports.\"aws_api_gateway_rest_api.api\" = '${x}': must be an id as `terraform import` reads it, "
                "without spaces, $ and %, such as a1b2c3d4e5; the file is read as it is, and no variable is put in"
            ),
        ),
    ],
)
def test_refused(tmp_path: Path, line: str, expected: str) -> None:
    assert refusals(tmp_path, f"{MINIMAL}[imports]\n{line}") == [expected]
