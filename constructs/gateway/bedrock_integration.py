"""A Bedrock model behind a route."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from constructs import Construct

from constructs.gateway.method import Method
from constructs.gateway.model_function import ModelFunction
from constructs.gateway.rest_api import RestApi
from settings.integration import BedrockIntegration as BedrockIntegrationSettings
from settings.integration.bedrock_model import BedrockModel

CODE = Path(__file__).parent / "bedrock_function"
METERED_CODE = Path(__file__).parent / "metered_function"
"""It holds limits in tokens, and speaks OpenAI's and Anthropic's formats with Bedrock, with limits or without."""


class BedrockIntegration(Construct):
    """Creates a function that may call the models of this route and no others, the proxy to it, and the permission."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        method: Method,
        integration: BedrockIntegrationSettings,
    ) -> None:
        super().__init__(scope, id)
        if integration.api:
            code, environment = METERED_CODE, {"BACKEND": bedrock_backend(integration)}
        else:
            code, environment = CODE, {"MODEL_ID": integration.model_ids[0]}
        ModelFunction(
            self,
            "model",
            method=method,
            integration=integration,
            code=code,
            environment=environment,
            memory_size=integration.memory_size,
            reserved_concurrent_executions=integration.reserved_concurrent_executions,
            log_retention_in_days=integration.log_retention_in_days,
            allow=may_invoke(method.rest_api, integration),
        )


def bedrock_backend(integration: BedrockIntegrationSettings) -> str:
    """What the function behind METERED_CODE calls."""
    if integration.api is None:
        return function_json({"model_id": integration.model_id})
    return function_json({"apis": integration.api, "models": integration.models})


def function_json(backend: dict[str, Any]) -> str:
    """JSON, as the function reads it."""
    return json.dumps(backend, separators=(",", ":"))


def may_invoke(rest_api: RestApi, integration: BedrockIntegrationSettings) -> list[dict[str, Any]]:
    """Statements for these models alone, and where one is called by a profile, only by that profile.

    A cross-Region profile sends the call on to the model in any Region of its geography, and needs both: AWS,
    "Prerequisites for inference profiles", docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html.
    So does an application inference profile, and where it was made from a cross-Region one, that too, as the AWS CDK
    has it (@aws-cdk/aws-bedrock-alpha, ApplicationInferenceProfile.grantInvoke, read 2026-11); called by itself, that
    one leads to a model which the role may call by the application's profile only. Its ARN does not say which model it
    leads to: without `model_source` the statements name all, and the condition leaves those of this profile.
    Provisioned Throughput, a custom model's deployment and an imported model are what is called:
    docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html, InvokeModel, read 2026-11.

    The APIs of OpenAI and Anthropic are allowed by the same two actions, whole and streamed, of the caller's choice:
    docs.aws.amazon.com/bedrock/latest/userguide/inference.html, read 2026-11.
    """
    allow: dict[str, Any] = {"Effect": "Allow", "Action": _actions(integration)}
    called, behind, profiles = list[str](), list[str](), list[str]()
    for model in integration.called:
        arn = _arn(rest_api, model)
        called.append(arn)
        if model.kind in {"inference-profile", "application-inference-profile"}:
            profiles.append(arn)
            through, foundation_model = _leads_to(rest_api, model, integration.source)
            called.extend(through)
            behind.append(foundation_model)
    called.extend(_project(rest_api, integration, profiles))
    statements = [allow | {"Resource": called}]
    if profiles:
        by_profile = {"bedrock:InferenceProfileArn": profiles[0] if len(profiles) == 1 else profiles}
        # More than one may lead to the same model.
        statements.append(allow | {"Resource": list(dict.fromkeys(behind)), "Condition": {"StringLike": by_profile}})
    return statements


def _actions(integration: BedrockIntegrationSettings) -> list[str]:
    if integration.api:
        return ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    streams = integration.response_transfer_mode == "STREAM"
    return ["bedrock:InvokeModelWithResponseStream" if streams else "bedrock:InvokeModel"]


def _leads_to(rest_api: RestApi, model: BedrockModel, source: BedrockModel | None) -> tuple[list[str], str]:
    """The profiles behind a profile, and the foundation model behind all of them."""
    leads_to = model if model.kind == "inference-profile" else source
    through, region, name = list[str](), "*", "*"
    if leads_to is None:
        through.append(f"arn:{rest_api.partition}:bedrock:{rest_api.region}:{model.account_id}:inference-profile/*")
    else:
        name = leads_to.foundation_model or "*"
        if leads_to.kind == "foundation-model":
            region = rest_api.region
        elif leads_to is not model:
            through.append(_arn(rest_api, leads_to))
    return through, f"arn:{rest_api.partition}:bedrock:{region}::foundation-model/{name}"


def _project(rest_api: RestApi, integration: BedrockIntegrationSettings, profiles: Iterable[str]) -> list[str]:
    """OpenAI's responses, and some models in all of OpenAI's formats, ask for the account's default project too.

    In the Region that serves the request, which a profile decides: github.com/aws-samples/sample-per-model-bedrock,
    01-openai-gpt/01 and 11-xai-grok/02, which quotes the model card, read 2026-11.
    """
    if not integration.api or "openai" not in integration.api:
        return []
    region = "*" if profiles else rest_api.region
    return [f"arn:{rest_api.partition}:bedrock:{region}:{rest_api.account_id}:project/default"]


def _arn(rest_api: RestApi, model: BedrockModel) -> str:
    if model.arn:
        return model.arn
    account_id = "" if model.kind == "foundation-model" else rest_api.account_id
    return f"arn:{rest_api.partition}:bedrock:{rest_api.region}:{account_id}:{model.kind}/{model.name}"
