"""Method settings of the stage and of single methods."""

from pathlib import Path

from tests.environment_files import MINIMAL
from tests.synthesis import Rendered, rendered_text

STAGE = {
    "rest_api_id": "${aws_api_gateway_stage.stage.rest_api_id}",
    "stage_name": "${aws_api_gateway_stage.stage.stage_name}",
}

UNWATCHED = {"logging_level": "OFF", "data_trace_enabled": False, "metrics_enabled": False}


def method_settings(folder: Path, text: str) -> Rendered:
    settings: Rendered = rendered_text(folder, text)["resource"]["aws_api_gateway_method_settings"]
    return settings


def test_the_stage_alone(tmp_path: Path) -> None:
    assert method_settings(tmp_path, MINIMAL) == {
        "stage": {
            **STAGE,
            "method_path": "*/*",
            "settings": {"throttling_rate_limit": 10, "throttling_burst_limit": 5, **UNWATCHED},
        }
    }


def test_several_methods_of_one_path_each_after_the_other(tmp_path: Path) -> None:
    text = (
        MINIMAL
        + """
    [[routes]]
    method = "GET"
    path = "/chat"

    [[routes]]
    method = "GET"
    path = "/"

    [throttling.routes]
    "POST /chat" = { rate_limit = 0.5, burst_limit = 1 }
    "GET /chat" = "unlimited"
    "GET /" = "blocked"
    """
    )
    assert method_settings(tmp_path, text) == {
        "stage": {
            **STAGE,
            "method_path": "*/*",
            "settings": {"throttling_rate_limit": 10, "throttling_burst_limit": 5, **UNWATCHED},
        },
        "post_chat": {
            **STAGE,
            "method_path": "chat/POST",
            "settings": {"throttling_rate_limit": 0.5, "throttling_burst_limit": 1, **UNWATCHED},
            "depends_on": ["aws_api_gateway_method_settings.stage"],
        },
        "get_chat": {
            **STAGE,
            "method_path": "chat/GET",
            "settings": {"throttling_rate_limit": -1, "throttling_burst_limit": -1, **UNWATCHED},
            "depends_on": ["aws_api_gateway_method_settings.post_chat"],
        },
        "get_root": {
            **STAGE,
            "method_path": "~1/GET",
            "settings": {"throttling_rate_limit": 0.000001, "throttling_burst_limit": 1, **UNWATCHED},
            "depends_on": ["aws_api_gateway_method_settings.get_chat"],
        },
    }
