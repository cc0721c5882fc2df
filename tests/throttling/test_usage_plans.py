"""Usage plans, their keys, their variables and their outputs."""

from pathlib import Path

from tests.environment_files import changed
from tests.synthesis import Rendered, rendered_text

ROUTES = changed(path='path = "/chat"\napi_key_required = true') + "\n"
STAGE = {
    "api_id": "${aws_api_gateway_stage.stage.rest_api_id}",
    "stage": "${aws_api_gateway_stage.stage.stage_name}",
}


def plans(folder: Path, text: str) -> Rendered:
    resources = rendered_text(folder, ROUTES + text)["resource"]
    return {key: value for key, value in resources.items() if "usage_plan" in key or "api_key" in key}


def test_without_plans_there_is_nothing(tmp_path: Path) -> None:
    rendered = rendered_text(tmp_path)
    assert [type_ for type_ in rendered["resource"] if "usage_plan" in type_ or "api_key" in type_] == []
    assert "variable" not in rendered


def test_a_plan_with_a_quota_only(tmp_path: Path) -> None:
    assert plans(tmp_path, '[usage_plans.free.quota]\nlimit = 1000\nperiod = "DAY"\n') == {
        "aws_api_gateway_usage_plan": {
            "free": {
                "name": "api-free",
                "api_stages": [STAGE],
                "quota_settings": {"limit": 1000, "period": "DAY"},
            }
        }
    }


def test_a_plan_with_everything(tmp_path: Path) -> None:
    text = """
    [[routes]]
    method = "GET"
    path = "/"
    api_key_required = true

    [usage_plans.Gold-Tier]
    description = "100%{ for those who pay"
    throttle = { rate_limit = 5, burst_limit = 10 }
    quota = { limit = 100, period = "WEEK", offset = 6 }
    routes = { "POST /chat" = { rate_limit = 0.5, burst_limit = 1 }, "GET /" = "blocked" }
    api_keys = ["Alice", { name = "carol-2", value = "variable" }]
    """
    assert plans(tmp_path, text) == {
        "aws_api_gateway_usage_plan": {
            "gold_tier": {
                "name": "api-Gold-Tier",
                "description": "100%%{ for those who pay",
                "api_stages": [
                    {
                        **STAGE,
                        "throttle": [
                            {"path": "/chat/POST", "rate_limit": 0.5, "burst_limit": 1},
                            {"path": "//GET", "rate_limit": 0.000001, "burst_limit": 1},
                        ],
                    }
                ],
                "throttle_settings": {"rate_limit": 5, "burst_limit": 10},
                "quota_settings": {"limit": 100, "period": "WEEK", "offset": 6},
            }
        },
        "aws_api_gateway_api_key": {
            "alice": {"name": "api-Alice"},
            "carol_2": {"name": "api-carol-2", "value": "${var.api_key_value_carol_2}"},
        },
        "aws_api_gateway_usage_plan_key": {
            name: {
                "key_id": f"${{aws_api_gateway_api_key.{name}.id}}",
                "key_type": "API_KEY",
                "usage_plan_id": "${aws_api_gateway_usage_plan.gold_tier.id}",
            }
            for name in ("alice", "carol_2")
        },
    }


def test_what_is_there_already_is_only_referred_to(tmp_path: Path) -> None:
    text = """
    [usage_plans.free]
    throttle = { rate_limit = 1, burst_limit = 1 }
    api_keys = [{ name = "dave", id = "k1x2y3z4a5" }]
    [usage_plans.shared]
    id = "p1x2y3"
    api_keys = ["erin", { name = "frank", id = "k5x4y3z2a1" }]
    """
    made = plans(tmp_path, text)
    assert made["aws_api_gateway_usage_plan"].keys() == {"free"}
    assert made["aws_api_gateway_api_key"].keys() == {"erin"}
    memberships = {
        name: (member["usage_plan_id"], member["key_id"])
        for name, member in made["aws_api_gateway_usage_plan_key"].items()
    }
    assert memberships == {
        "dave": ("${aws_api_gateway_usage_plan.free.id}", "k1x2y3z4a5"),
        "erin": ("p1x2y3", "${aws_api_gateway_api_key.erin.id}"),
        "frank": ("p1x2y3", "k5x4y3z2a1"),
    }


def test_values_are_sensitive_wherever_they_show(tmp_path: Path) -> None:
    text = """
    [usage_plans.free]
    throttle = { rate_limit = 1, burst_limit = 1 }
    api_keys = ["alice", { name = "carol", value = "variable" }]
    """
    rendered = rendered_text(tmp_path, ROUTES + text)
    outputs = {name: output for name, output in rendered["output"].items() if name.startswith("api_key")}
    assert outputs == {
        f"api_key_{name}": {
            "description": f"API key of {name}",
            "sensitive": True,
            "value": f"${{aws_api_gateway_api_key.{name}.value}}",
        }
        for name in ("alice", "carol")
    }
    assert rendered["variable"] == {
        "api_key_value_carol": {
            "description": "Value of the API key of carol, 20 to 128 characters",
            "nullable": False,
            "sensitive": True,
            "type": "string",
            "validation": [
                {
                    "condition": "${length(var.api_key_value_carol) >= 20 && length(var.api_key_value_carol) <= 128}",
                    "error_message": "An API key has 20 to 128 characters.",
                }
            ],
        }
    }


def test_methods_ask_for_the_key(tmp_path: Path) -> None:
    text = ROUTES + '[[routes]]\nmethod = "GET"\npath = "/open"\n'
    methods = rendered_text(tmp_path, text)["resource"]["aws_api_gateway_method"]
    assert {name: method.get("api_key_required") for name, method in methods.items()} == {
        "post_chat": True,
        "get_open": None,
    }


def test_the_key_may_come_from_an_authorizer(tmp_path: Path) -> None:
    text = changed(**{"[api]": '[api]\nkey_source = "AUTHORIZER"'})
    assert (
        rendered_text(tmp_path, text)["resource"]["aws_api_gateway_rest_api"]["api"]["api_key_source"] == "AUTHORIZER"
    )


def test_the_key_comes_from_the_header_unless_said_otherwise(tmp_path: Path) -> None:
    assert "api_key_source" not in rendered_text(tmp_path)["resource"]["aws_api_gateway_rest_api"]["api"]
