"""Stacks with one flaw each, and the checks that must fail for them."""

from collections.abc import Callable
from typing import Any

# AWS's own example: https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_access-keys.html
KEY = "AKIAIOSFODNN7EXAMPLE"


def _as_it_is(stack: dict[str, Any]) -> None:
    assert stack["resource"]


def _without_waf(stack: dict[str, Any]) -> None:
    del stack["resource"]["aws_wafv2_web_acl_association"]


def _without_method_settings(stack: dict[str, Any]) -> None:
    del stack["resource"]["aws_api_gateway_method_settings"]


def _without_burst_limit(stack: dict[str, Any]) -> None:
    del stack["resource"]["aws_api_gateway_method_settings"]["stage"]["settings"]["throttling_burst_limit"]


def _rate_limit_lifted(stack: dict[str, Any]) -> None:
    stack["resource"]["aws_api_gateway_method_settings"]["stage"]["settings"]["throttling_rate_limit"] = -1


def _prompts_in_the_log(stack: dict[str, Any]) -> None:
    stack["resource"]["aws_api_gateway_method_settings"]["stage"]["settings"]["data_trace_enabled"] = True


def _another_open_route(stack: dict[str, Any]) -> None:
    methods = stack["resource"]["aws_api_gateway_method"]
    methods["post_v1_images"] = {**methods["post_v1_embeddings"]}


def _key_in_the_provider(stack: dict[str, Any]) -> None:
    stack["provider"]["aws"][0]["access_key"] = KEY


def _key_in_an_output(stack: dict[str, Any]) -> None:
    stack["output"]["http_endpoint"]["value"] = "https://a.example/?key=" + KEY


KEYS_LINE = "the line of the key"

HOLES: dict[str, tuple[Callable[[dict[str, Any]], None], set[tuple[str, str]]]] = {
    "as_it_is": (_as_it_is, set()),
    "without_waf": (_without_waf, {("CKV2_AWS_29", "aws_api_gateway_stage.stage")}),
    "without_method_settings": (_without_method_settings, {("CKV2_SPILLWAY_1", "aws_api_gateway_stage.stage")}),
    "without_burst_limit": (_without_burst_limit, {("CKV2_SPILLWAY_2", "aws_api_gateway_method_settings.stage")}),
    "rate_limit_lifted": (_rate_limit_lifted, {("CKV2_SPILLWAY_2", "aws_api_gateway_method_settings.stage")}),
    "prompts_in_the_log": (_prompts_in_the_log, {("CKV_AWS_276", "aws_api_gateway_method_settings.stage")}),
    "another_open_route": (
        _another_open_route,
        {
            ("CKV_AWS_59", "aws_api_gateway_method.post_v1_images"),
            ("CKV2_AWS_53", "aws_api_gateway_method.post_v1_images"),
        },
    ),
    "key_in_the_provider": (_key_in_the_provider, {("CKV_AWS_41", "provider.aws"), ("CKV_SECRET_2", KEYS_LINE)}),
    "key_in_an_output": (_key_in_an_output, {("CKV_SECRET_2", KEYS_LINE)}),
}
