"""A Bedrock model behind a route."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from constructs import Construct

from constructs.gateway.function import Function
from constructs.gateway.lambda_integration import add_invoke_permission, add_lambda_proxy
from constructs.gateway.method import Method
from constructs.gateway.rest_api import RestApi
from settings.file_reference import Code
from settings.integration import BedrockIntegration as BedrockIntegrationSettings
from settings.integration.bedrock_model import BedrockModel
from settings.integration.transfer import Transfer
from settings.layer import Layer
from settings.rate_limit_response import RateLimitResponse

CODE = Path(__file__).parent / "bedrock_function"


class BedrockIntegration(Construct):
    """Creates a function that may call this one model, the proxy to it, and the permission for this route."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        method: Method,
        integration: BedrockIntegrationSettings,
    ) -> None:
        super().__init__(scope, id)
        streams = integration.response_transfer_mode == "STREAM"
        function = Function(
            self,
            "function",
            name=method.name,
            rest_api=method.rest_api,
            code=Code.of(CODE),
            # Lambda streams from Node.js only, and its Node.js runtimes bring the AWS SDK along.
            runtime="nodejs22.x",
            handler="index.stream" if streams else "index.invoke",
            memory_size=integration.memory_size,
            timeout=-(-integration.timeout_milliseconds // 1000),
            environment={
                "MODEL_ID": integration.model_id,
                **answers(integration, method.response, method.headers),
            },
            reserved_concurrent_executions=integration.reserved_concurrent_executions,
            log_retention_in_days=integration.log_retention_in_days,
            allow=may_invoke(method.rest_api, integration),
        )
        add_lambda_proxy(self, method=method, integration=integration, function_arn=function.arn)
        add_invoke_permission(self, method.name, function.arn, method.source_arn)


def answers(integration: Transfer, response: RateLimitResponse, headers: Mapping[str, str]) -> dict[str, str]:
    """How a function answers by itself: how long API Gateway waits, the body of the 429, and headers, one a line."""
    return {
        "RATE_LIMIT_BODY": response.body(Layer.THROTTLE),
        "RATE_LIMIT_HEADERS": _lines(response.response_headers(Layer.THROTTLE, headers)),
        "RESPONSE_HEADERS": _lines(headers),
        "TIMEOUT_MILLISECONDS": str(integration.timeout_milliseconds),
    }


def _lines(headers: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())


def may_invoke(rest_api: RestApi, integration: BedrockIntegrationSettings) -> list[dict[str, Any]]:
    """Statements for this model alone, and where it is called by a profile, only by that profile.

    A cross-Region profile sends the call on to the model in any Region of its geography, and needs both: AWS,
    "Prerequisites for inference profiles", docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-prereq.html.
    So does an application inference profile, and where it was made from a cross-Region one, that too, as the AWS CDK
    has it (@aws-cdk/aws-bedrock-alpha, ApplicationInferenceProfile.grantInvoke, read 2026-11); called by itself, that
    one leads to a model which the role may call by the application's profile only. Its ARN does not say which model it
    leads to: without `model_source` the statements name all, and the condition leaves those of this profile.
    Provisioned Throughput, a custom model's deployment and an imported model are what is called:
    docs.aws.amazon.com/service-authorization/latest/reference/list_amazonbedrock.html, InvokeModel, read 2026-11.
    """
    streams = integration.response_transfer_mode == "STREAM"
    action = "bedrock:InvokeModelWithResponseStream" if streams else "bedrock:InvokeModel"
    allow = {"Effect": "Allow", "Action": [action]}
    model = integration.model
    called = _arn(rest_api, model)
    if model.kind not in {"inference-profile", "application-inference-profile"}:
        return [allow | {"Resource": [called]}]
    leads_to = model if model.kind == "inference-profile" else integration.source
    profiles, region, name = [called], "*", "*"
    if leads_to is None:
        profiles.append(f"arn:{rest_api.partition}:bedrock:{rest_api.region}:{model.account_id}:inference-profile/*")
    else:
        name = leads_to.foundation_model or "*"
        if leads_to.kind == "foundation-model":
            region = rest_api.region
        elif leads_to is not model:
            profiles.append(_arn(rest_api, leads_to))
    behind = f"arn:{rest_api.partition}:bedrock:{region}::foundation-model/{name}"
    by_profile = {"Condition": {"StringLike": {"bedrock:InferenceProfileArn": called}}}
    return [allow | {"Resource": profiles}, allow | {"Resource": [behind]} | by_profile]


def _arn(rest_api: RestApi, model: BedrockModel) -> str:
    if model.arn:
        return model.arn
    account_id = "" if model.kind == "foundation-model" else rest_api.account_id
    return f"arn:{rest_api.partition}:bedrock:{rest_api.region}:{account_id}:{model.kind}/{model.name}"
