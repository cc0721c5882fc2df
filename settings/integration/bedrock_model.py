"""What InvokeModel can call: a model's id, an inference profile's id, or an ARN.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html, `modelId`, read 2026-11.
InvokeModel also accepts prompts, prompt routers and SageMaker endpoints. Spillway does not.
"""

import re
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Annotated, Literal, Self, get_args

from pydantic import AfterValidator, Field

Kind = Literal[
    "foundation-model",
    "inference-profile",
    "application-inference-profile",
    "provisioned-model",
    "custom-model-deployment",
    "imported-model",
]

_ID = r"[a-z0-9-]+(\.[a-z0-9-]+){1,2}[A-Za-z0-9.:-]*"
_ARN = rf"arn:(aws[a-z-]*):bedrock:([a-z0-9-]+):(\d{{12}})?:({'|'.join(get_args(Kind))})/([A-Za-z0-9.:-]+)"

# From the AWS CDK: @aws-cdk/aws-bedrock-alpha, CrossRegionInferenceProfileRegion, read 2026-11; Canada is added. With
# each geography, the beginnings of the names of Regions that are certainly outside it. AWS documents for each model and
# profile from which Regions it can be called, and some of these are neighbors (ca-central-1 calls `us.`, me-central-1
# `apac.`).
_ELSEWHERE: dict[str, tuple[str, ...]] = {
    "us": ("ap-", "eu-", "us-gov-", "cn-"),
    "us-gov": ("af-", "ap-", "ca-", "cn-", "eu-", "il-", "me-", "mx-", "sa-", "us-east-", "us-west-"),
    "eu": ("ap-", "ca-", "cn-", "mx-", "sa-", "us-"),
    "apac": ("ca-", "cn-", "eu-", "mx-", "sa-", "us-"),
    "au": ("af-", "ap-east-", "ap-northeast-", "ap-south-", "ca-", "cn-", "eu-", "il-", "me-", "mx-", "sa-", "us-"),
    "ca": ("af-", "ap-", "cn-", "eu-", "il-", "me-", "mx-", "sa-", "us-"),
    "jp": ("af-", "ap-east-", "ap-south-", "ap-southeast-", "ca-", "cn-", "eu-", "il-", "me-", "mx-", "sa-", "us-"),
    "global": ("cn-", "us-gov-"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class BedrockModel:
    """An id or ARN, parsed."""

    kind: Kind
    name: str
    """The id, or the last part of an ARN."""

    arn: str | None = None
    partition: str | None = None
    region: str | None = None
    account_id: str | None = None
    """None for an id, which does not contain an account, and for a foundation model, which belongs to AWS."""

    @classmethod
    def of(cls, text: str) -> Self:
        """Raises ValueError for anything else."""
        if re.fullmatch(_ID, text):
            return cls(kind="inference-profile" if _is_a_profile(text) else "foundation-model", name=text)
        match = re.fullmatch(_ARN, text)
        kinds: tuple[Kind, ...] = get_args(Kind)
        kind = next((kind for kind in kinds if match and kind == match[4]), None)
        # The ARN of a foundation model has no account. All others have one, and only ids of models have dots.
        if match and kind and (kind == "foundation-model") is (match[3] is None) and _fits(kind, match[5]):
            partition, region, account_id, _, name = match.groups()
            return cls(kind=kind, name=name, arn=text, partition=partition, region=region, account_id=account_id)
        raise ValueError(
            "must be the id of a model in Bedrock, such as amazon.nova-lite-v1:0, of an inference profile, such as "
            "us.anthropic.claude-sonnet-4-6, or the ARN of a "
            f"{', '.join(kinds[:-1])} or {kinds[-1]}"
        )

    @property
    def foundation_model(self) -> str | None:
        """The id of the model behind it. None if its name does not contain it."""
        match self.kind:
            case "foundation-model":
                return self.name
            case "inference-profile":
                return self.name.split(".", 1)[1]
            case _:
                return None

    @property
    def geography(self) -> str | None:
        """`us`, `eu`, `apac`, `global`, ...: where a cross-Region inference profile may route a call."""
        return self.name.partition(".")[0] if self.kind == "inference-profile" else None

    @property
    def unknown_geography(self) -> str:
        """A sentence about the `usa` of `usa.anthropic.claude-...`. Empty for a geography that is in the list."""
        if self.geography is None or self.geography in _ELSEWHERE:
            return ""
        close = get_close_matches(self.geography, _ELSEWHERE, n=1, cutoff=0.5)
        known = ", ".join(_ELSEWHERE)
        meant = f"; did you mean {close[0]}.{self.foundation_model}?" if close else ""
        return f"{self.geography} is not a geography of Bedrock's inference profiles, which are {known}{meant}"

    @property
    def is_in_profiles_only(self) -> bool:
        """Whether it is a Claude model that Bedrock does not call by the model's own id."""
        return re.match(r"anthropic\.claude-[a-z]+-[4-9]", self.name) is not None

    def is_elsewhere(self, region: str) -> bool:
        """Whether that Region is certainly outside the profile's geography."""
        return region.startswith(_ELSEWHERE.get(self.geography, ())) if self.geography else False


def _is_a_profile(name: str) -> bool:
    """Whether the id has a geography in front: `us.amazon.nova-lite-v1:0`, and also `sa.amazon.nova-lite-v1:0`, if AWS
    adds a geography. Then the provider's name is the second part. A model's own name has a hyphen or a digit.
    """
    first, _, rest = name.partition(".")
    second, dot, _ = rest.partition(".")
    return first in _ELSEWHERE or (dot == "." and re.fullmatch("[a-z]+|ai21", second) is not None)


def _fits(kind: Kind, name: str) -> bool:
    match kind:
        case "foundation-model":
            return re.fullmatch(_ID, name) is not None and not _is_a_profile(name)
        case "inference-profile":
            return re.fullmatch(_ID, name) is not None and _is_a_profile(name)
        case _:
            return re.fullmatch(r"[a-zA-Z0-9]+", name) is not None


def _is_one(text: str) -> str:
    BedrockModel.of(text)
    return text


ModelId = Annotated[str, AfterValidator(_is_one), Field(json_schema_extra={"pattern": f"^({_ID}|{_ARN})$"})]


def _is_an_id(text: str) -> str:
    if text.startswith("arn:"):
        raise ValueError("must be the id of a model or of a cross-Region profile: AWS documents no ARN for these APIs")
    if not re.fullmatch(_ID, text):
        raise ValueError(
            "must be a model's id (anthropic....) or a cross-Region inference profile's (us.anthropic....)"
        )
    return text


# AWS's samples report that application inference profiles do not work with OpenAI's formats:
# https://github.com/aws-samples/sample-per-model-bedrock, 00-foundations/01, read 2026-11.
NamedModel = Annotated[str, AfterValidator(_is_an_id), Field(json_schema_extra={"pattern": f"^{_ID}$"})]
"""What a request may send as its `model` if the route uses OpenAI's or Anthropic's format."""
