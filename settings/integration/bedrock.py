"""`type = "bedrock"`: a Bedrock model."""

from typing import Literal, Self

from pydantic import model_validator

from settings.integration.bedrock_model import BedrockModel, ModelId
from settings.integration.lambda_function import Concurrency, MemorySize
from settings.integration.transfer import Transfer
from settings.observability.log_group import RetentionInDays


class BedrockIntegration(Transfer):
    """AWS_PROXY to a small packaged Lambda that calls InvokeModel with the request's body as it came.

    Not a direct service integration: no AWS document describes one for Bedrock, and AWS's own samples all put a
    function between (serverlessland.com/patterns/apigw-lambda-bedrock-sam-node; searched 2026-11).
    """

    type: Literal["bedrock"]
    model_id: ModelId
    """A foundation model (`anthropic.claude-...`) or a cross-Region inference profile (`us.anthropic.claude-...`).

    Or an ARN: of either, of an application inference profile, of Provisioned Throughput (`provisioned-model`), of a
    custom model's deployment, of an imported model.
    """

    model_source: ModelId | None = None
    """What an application inference profile was made from: a foundation model, or a cross-Region inference profile.

    Its ARN does not say. Default: unknown, so that the role may call any foundation model, by that profile only.
    """

    memory_size: MemorySize = 256
    """MB of the function."""

    reserved_concurrent_executions: Concurrency | None = None
    """The true cap on concurrent calls of the model; 100 must stay with the account. Default: its shared pool."""

    log_retention_in_days: RetentionInDays = 30
    """How many days CloudWatch keeps the function's log."""

    @property
    def model(self) -> BedrockModel:
        """What is called."""
        return BedrockModel.of(self.model_id)

    @property
    def source(self) -> BedrockModel | None:
        """What an application inference profile leads to."""
        return BedrockModel.of(self.model_source) if self.model_source else None

    @model_validator(mode="after")
    def _says_what_a_profile_was_made_from(self) -> Self:
        by_profile = self.model.kind == "application-inference-profile"
        if self.source and not by_profile:
            raise ValueError("must have no model_source: model_id is no application inference profile's ARN")
        if self.source and self.source.foundation_model is None:
            raise ValueError("must have a foundation model or a cross-Region inference profile as model_source")
        return self
