"""A SageMaker endpoint behind a route."""

from constructs import Construct

from constructs.gateway.aws_integration import AwsIntegration
from constructs.gateway.method import Method
from constructs.gateway.service_role import ServiceRole
from settings.integration import SagemakerIntegration as SagemakerIntegrationSettings

# By these headers the model interprets the body and chooses the format of its answer: InvokeEndpoint's ContentType and
# Accept, https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_runtime_InvokeEndpoint.html, read 2026-11.
SOURCES = ("method.request.header.Accept", "method.request.header.Content-Type")


class SagemakerIntegration(Construct):
    """Creates the integration, and a role that may only invoke this endpoint.

    The URI has the same form as in the AWS CDK: aws-cdk-lib/aws-apigateway, SagemakerIntegration.
    """

    def __init__(self, scope: Construct, id: str, *, method: Method, integration: SagemakerIntegrationSettings) -> None:
        super().__init__(scope, id)
        api = method.rest_api
        name = integration.endpoint_name
        # SageMaker's ARNs contain the name in lower case.
        endpoint = f"arn:{api.partition}:sagemaker:{api.region}:{api.account_id}:endpoint/{name.lower()}"
        role = ServiceRole(
            self,
            "role",
            name=method.name,
            rest_api=api,
            allow=[{"Effect": "Allow", "Action": ["sagemaker:InvokeEndpoint"], "Resource": [endpoint]}],
        )
        AwsIntegration(
            self,
            "integration",
            method=method,
            uri=f"{api.integration_arn}:runtime.sagemaker:path/endpoints/{name}/invocations",
            http_method="POST",
            credentials=role.arn,
            timeout_milliseconds=integration.timeout_milliseconds,
            request_parameters={f"integration.{source.removeprefix('method.')}": source for source in SOURCES},
            passed_headers=["Content-Type"],
        )
