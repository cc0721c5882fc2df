"""`type = "bedrock"`: a model of Amazon Bedrock."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, model_validator

from settings.base import Items, SomeItems
from settings.integration.bedrock_model import BedrockModel, ModelId, NamedModel
from settings.integration.lambda_function import Concurrency, MemorySize
from settings.integration.transfer import Transfer
from settings.observability.log_group import DEFAULT_RETENTION_IN_DAYS, RetentionInDays

Api = Literal["openai", "anthropic"]

PATHS: dict[Api, tuple[str, ...]] = {
    "openai": ("/chat/completions", "/responses", "/embeddings"),
    "anthropic": ("/messages",),
}
"""How the path of a request ends. constructs/gateway/metered_function/bedrock_api.mjs has the same list."""

# A role's inline policies may have 10,240 characters. An inference profile needs about 300 of them:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html, read 2026-11.
MOST_MODELS = 25


def _in_a_list(value: object) -> object:
    return [value] if isinstance(value, str) else value


def _once_each(words: tuple[str, ...]) -> tuple[str, ...]:
    if len(set(words)) < len(words):
        raise ValueError("must contain each only once")
    return words


def _not_too_many(models: tuple[str, ...]) -> tuple[str, ...]:
    if len(models) > MOST_MODELS:
        raise ValueError(f"must hold at most {MOST_MODELS}, as many as fit into the role's policy, not {len(models)}")
    return models


Apis = Annotated[SomeItems[Api], BeforeValidator(_in_a_list, Api | list[Api]), AfterValidator(_once_each)]
Models = Annotated[Items[NamedModel], AfterValidator(_once_each), AfterValidator(_not_too_many)]


class BedrockIntegration(Transfer):
    """AWS_PROXY to a packaged Lambda function that calls InvokeModel with the unchanged body of the request.

    With `api`, the function calls Bedrock in OpenAI's or Anthropic's format, signed with its role.

    It is not a direct service integration: no AWS document describes one for Bedrock, and AWS's own samples all put a
    function between (serverlessland.com/patterns/apigw-lambda-bedrock-sam-node; searched 2026-11).
    """

    type: Literal["bedrock"]
    model_id: ModelId | None = None
    """The model that InvokeModel calls: its id (`anthropic.claude-...`), or that of a cross-Region inference profile
    (`us....`).

    It can also be an ARN: of one of these, an application inference profile, Provisioned Throughput
    (`provisioned-model`), a custom model's deployment, or an imported model.
    """

    model_source: ModelId | None = None
    """The source of an application inference profile: a foundation model, or a cross-Region inference profile.

    The profile's ARN does not contain it. Default: unknown; the role may call any foundation model, but only through
    that profile.
    """

    api: Apis | None = None
    """`"openai"` (chat completions, responses, embeddings), `"anthropic"` (messages), or both.

    The route's path must end like the paths of that API, or in `{proxy+}`. Default: InvokeModel of `model_id`, in the
    model's own format.
    """

    models: Models = ()
    """With `api`: the ids that a request may send as its `model`. They are ids of models or of cross-Region inference
    profiles.

    The role may call only these. A request for another model gets a 404.
    """

    memory_size: MemorySize = 256
    """Memory of the function in MB."""

    reserved_concurrent_executions: Concurrency | None = None
    """The only real cap on concurrent calls of the model. The account must keep 100 unreserved. Default: the account's
    shared pool."""

    log_retention_in_days: RetentionInDays = DEFAULT_RETENTION_IN_DAYS
    """How many days CloudWatch keeps the function's log."""

    @property
    def model_ids(self) -> tuple[str, ...]:
        """Every id that the function may call."""
        return (self.model_id,) if self.model_id else self.models

    @property
    def called(self) -> tuple[BedrockModel, ...]:
        """The same ids, parsed."""
        return tuple(BedrockModel.of(text) for text in self.model_ids)

    @property
    def source(self) -> BedrockModel | None:
        """What an application inference profile refers to."""
        return BedrockModel.of(self.model_source) if self.model_source else None

    @model_validator(mode="after")
    def _says_what_is_called(self) -> Self:
        if self.api is None:
            if self.models:
                raise ValueError('needs api to have models: api = "openai", "anthropic" or both in a list')
            if self.model_id is None:
                raise ValueError('must have a model_id, or an api ("openai", "anthropic") and models')
            return self
        if self.model_id or self.model_source:
            raise ValueError("must have models instead of model_id and model_source: with api, the request selects one")
        if not self.models:
            raise ValueError("must have models: the ids that a request may use")
        if self.api == ("anthropic",):
            for model in self.called:
                if not (model.foundation_model or "").startswith("anthropic."):
                    raise ValueError(
                        f"must have Claude models only: Anthropic's messages API does not support {model.name}"
                    )
        return self

    @model_validator(mode="after")
    def _says_what_a_profile_was_made_from(self) -> Self:
        by_profile = any(model.kind == "application-inference-profile" for model in self.called)
        if self.source and not by_profile:
            raise ValueError("must not have model_source: model_id is not the ARN of an application inference profile")
        if self.source and self.source.foundation_model is None:
            raise ValueError("must have a foundation model or a cross-Region inference profile as model_source")
        return self
