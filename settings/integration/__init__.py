"""The backend of a route: `[routes.integration]`, one file for each `type`."""

from typing import Annotated

from pydantic import Field

from settings.integration.aws_service import AwsServiceIntegration
from settings.integration.bedrock import BedrockIntegration
from settings.integration.http import HttpIntegration
from settings.integration.lambda_function import LambdaIntegration
from settings.integration.mock import MockIntegration
from settings.integration.private import PrivateIntegration
from settings.integration.sagemaker import SagemakerIntegration

Integration = Annotated[
    MockIntegration
    | HttpIntegration
    | LambdaIntegration
    | PrivateIntegration
    | SagemakerIntegration
    | BedrockIntegration
    | AwsServiceIntegration,
    Field(discriminator="type"),
]

__all__ = [
    "AwsServiceIntegration",
    "BedrockIntegration",
    "HttpIntegration",
    "Integration",
    "LambdaIntegration",
    "MockIntegration",
    "PrivateIntegration",
    "SagemakerIntegration",
]
