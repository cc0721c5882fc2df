"""A packaged function in front of a model."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from constructs import Construct

from constructs.gateway.function import Function, Subnets
from constructs.gateway.lambda_integration import add_invoke_permission, add_lambda_proxy
from constructs.gateway.method import Method
from settings.file_reference import Code
from settings.integration.transfer import Transfer
from settings.layer import Layer


class ModelFunction(Construct):
    """Creates the function of a folder of ours, the proxy to it, and the permission for this route.

    Its variables are `environment`, and how it answers by itself: how long API Gateway waits, the body of the 429, and
    headers, one a line.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        method: Method,
        integration: Transfer,
        code: Path,
        environment: Mapping[str, str],
        memory_size: int,
        reserved_concurrent_executions: int | None,
        log_retention_in_days: int,
        allow: Sequence[Mapping[str, Any]],
        references: Mapping[str, str] | None = None,
        made: Mapping[str, str] | None = None,
        subnets: Subnets | None = None,
    ) -> None:
        super().__init__(scope, id)
        function = Function(
            self,
            "function",
            name=method.name,
            rest_api=method.rest_api,
            code=Code.of(code),
            # Lambda streams from Node.js only, and its Node.js runtimes bring the AWS SDK along.
            runtime="nodejs22.x",
            handler="index.stream" if integration.response_transfer_mode == "STREAM" else "index.invoke",
            memory_size=memory_size,
            timeout=-(-integration.timeout_milliseconds // 1000),
            environment={**environment, **_answers(method, integration)},
            references=references,
            made=made,
            reserved_concurrent_executions=reserved_concurrent_executions,
            log_retention_in_days=log_retention_in_days,
            allow=allow,
            subnets=subnets,
        )
        add_lambda_proxy(self, method=method, integration=integration, function_arn=function.arn)
        add_invoke_permission(self, method.name, function.arn, method.source_arn)


def _answers(method: Method, integration: Transfer) -> dict[str, str]:
    return {
        "RATE_LIMIT_BODY": method.response.body(Layer.THROTTLE),
        "RATE_LIMIT_HEADERS": _lines(method.response.response_headers(Layer.THROTTLE, method.headers)),
        "RESPONSE_HEADERS": _lines(method.headers),
        "TIMEOUT_MILLISECONDS": str(integration.timeout_milliseconds),
    }


def _lines(headers: Mapping[str, str]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in headers.items())
