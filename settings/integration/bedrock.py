"""`type = "bedrock"`: a Bedrock model."""

from typing import Annotated, Literal

from pydantic import Field

from settings.integration.lambda_function import Concurrency, MemorySize
from settings.integration.transfer import Transfer
from settings.observability.log_group import RetentionInDays


class BedrockIntegration(Transfer):
    """AWS_PROXY to a small packaged Lambda that calls InvokeModel with the request's body as it came.

    Not a direct service integration: no AWS document describes one for Bedrock, and AWS's own samples all put a
    function between (serverlessland.com/patterns/apigw-lambda-bedrock-sam-node; searched 2026-11).
    """

    type: Literal["bedrock"]
    model_id: Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+){1,2}[A-Za-z0-9.:-]*$")]
    """A foundation model (`anthropic.claude-...`) or a cross-Region inference profile (`us.anthropic.claude-...`)."""

    memory_size: MemorySize = 256
    """MB of the function."""

    reserved_concurrent_executions: Concurrency | None = None
    """The true cap on concurrent calls of the model. Default: the account's shared pool."""

    log_retention_in_days: RetentionInDays = 30

    @property
    def foundation_model(self) -> str:
        """The model behind the profile, or the model itself."""
        return self.model_id.split(".", 1)[1] if self.is_inference_profile else self.model_id

    @property
    def is_inference_profile(self) -> bool:
        """Profiles put a geography before the provider: `us.`, `eu.`, `apac.`, `global.`, ..."""
        return self.model_id.split(".", 1)[0] in _GEOGRAPHIES


# As in the AWS CDK: @aws-cdk/aws-bedrock-alpha, CrossRegionInferenceProfileRegion, read 2026-11; and Canada.
_GEOGRAPHIES = frozenset({"us", "us-gov", "eu", "apac", "au", "ca", "jp", "global"})
