"""The outputs of a deploy."""

from pathlib import Path

from tests.environment_files import MINIMAL, changed
from tests.synthesis import rendered_text


def test_the_stage_and_each_route_have_a_url(tmp_path: Path) -> None:
    output = rendered_text(tmp_path, MINIMAL + '[[routes]]\nmethod = "GET"\npath = "/models/{id}"')["output"]
    assert output["http_endpoint"] == {
        "description": "URL of the stage",
        "value": "${aws_api_gateway_stage.stage.invoke_url}",
    }
    assert output["url_post_chat"] == {
        "description": "POST /chat",
        "value": "${aws_api_gateway_stage.stage.invoke_url}/chat",
    }
    assert output["url_get_models_id"] == {
        "description": "GET /models/{id}",
        "value": "${aws_api_gateway_stage.stage.invoke_url}/models/{id}",
    }


def test_on_an_emulator_the_url_is_the_emulators(tmp_path: Path) -> None:
    text = changed(region='region = "us-east-1"\nendpoint_url = "http://127.0.0.1:4566"')
    assert rendered_text(tmp_path, text)["output"]["url_post_chat"]["value"] == (
        "http://127.0.0.1:4566/_aws/execute-api/${aws_api_gateway_rest_api.api.id}/test/chat"
    )
