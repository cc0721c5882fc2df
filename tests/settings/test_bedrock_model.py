"""What `model_id` may name, and what is refused and warned of."""

from pathlib import Path

import pytest

from settings.integration.bedrock_model import BedrockModel
from settings.integration.model_ends import ENDS
from tests.environment_files import ROOT, changed
from tests.refusals import refusals, warnings

HERE = "arn:aws:bedrock:us-east-1:111122223333:"
PROFILE = f"{HERE}application-inference-profile/abcd1234efgh"
NOVA = "amazon.nova-lite-v1:0"
WHERE = "POST /chat: integration"


def bedrock(model_id: str, more: str = "", *, aws: str = 'region = "us-east-1"') -> str:
    integration = f'[routes.integration]\ntype = "bedrock"\nmodel_id = "{model_id}"\n{more}'
    return changed(region=aws, path=f'path = "/chat"\nauthorization = "AWS_IAM"\n{integration}')


@pytest.mark.parametrize(
    ("text", "kind", "foundation_model", "geography"),
    [
        (NOVA, "foundation-model", NOVA, None),
        ("us." + NOVA, "inference-profile", NOVA, "us"),
        ("us-gov." + NOVA, "inference-profile", NOVA, "us-gov"),
        ("global.anthropic.claude-x-v1:0", "inference-profile", "anthropic.claude-x-v1:0", "global"),
        (f"arn:aws:bedrock:us-east-1::foundation-model/{NOVA}", "foundation-model", NOVA, None),
        (f"{HERE}inference-profile/eu.{NOVA}", "inference-profile", NOVA, "eu"),
        # A geography that AWS adds later: the role needs the profile and the model, as for the others.
        ("sa." + NOVA, "inference-profile", NOVA, "sa"),
        (f"{HERE}inference-profile/xx.ai21.jamba-1-5-mini-v1:0", "inference-profile", "ai21.jamba-1-5-mini-v1:0", "xx"),
        ("deepseek.v3.2", "foundation-model", "deepseek.v3.2", None),
        ("zai.glm-4.7", "foundation-model", "zai.glm-4.7", None),
        ("amazon.nova-premier-v1:0:8k", "foundation-model", "amazon.nova-premier-v1:0:8k", None),
        (PROFILE, "application-inference-profile", None, None),
        (f"{HERE}provisioned-model/abcd1234efgh", "provisioned-model", None, None),
        (f"{HERE}custom-model-deployment/abcd1234efgh", "custom-model-deployment", None, None),
        (f"{HERE}imported-model/abcd1234efgh", "imported-model", None, None),
        ("arn:aws-us-gov:bedrock:us-gov-west-1:111122223333:imported-model/a", "imported-model", None, None),
    ],
)
def test_taken_apart(text: str, kind: str, foundation_model: str | None, geography: str | None) -> None:
    model = BedrockModel.of(text)
    assert (model.kind, model.foundation_model, model.geography) == (kind, foundation_model, geography)
    assert (model.arn == text) is text.startswith("arn:")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "claude",
        "${x}.y",
        f"arn:aws:bedrock:us-east-1:111122223333:foundation-model/{NOVA}",
        f"arn:aws:bedrock:us-east-1::inference-profile/us.{NOVA}",
        f"{HERE}inference-profile/{NOVA}",
        f"arn:aws:bedrock:us-east-1::foundation-model/us.{NOVA}",
        f"{HERE}imported-model/a.b",
        f"{HERE}imported-model/",
        f"{HERE}guardrail/abcd1234efgh",
        "arn:aws:sagemaker:us-east-1:111122223333:endpoint/llm",
    ],
)
def test_nothing_else(tmp_path: Path, text: str) -> None:
    (line,) = refusals(tmp_path, bedrock(text))
    assert line.startswith(f"{WHERE}.model_id = ")
    assert line.endswith(
        ": must be the id of a model in Bedrock, such as amazon.nova-lite-v1:0, of an inference profile, such as "
        "us.anthropic.claude-sonnet-4-6, or the ARN of a "
        "foundation-model, inference-profile, application-inference-profile, provisioned-model, "
        "custom-model-deployment or imported-model"
    )


@pytest.mark.parametrize(
    ("model_id", "more", "said"),
    [
        pytest.param(
            NOVA,
            f'model_source = "{NOVA}"',
            "must not have model_source: model_id is not the ARN of an application inference profile",
            id="a source without a profile",
        ),
        pytest.param(
            PROFILE,
            f'model_source = "{HERE}imported-model/a"',
            "must have a foundation model or a cross-Region inference profile as model_source",
            id="a source that no profile has",
        ),
    ],
)
def test_an_application_inference_profile_and_its_source(tmp_path: Path, model_id: str, more: str, said: str) -> None:
    (line,) = refusals(tmp_path, bedrock(model_id, more))
    assert line.startswith(f"{WHERE}: ")
    assert line.endswith(f": {said}")


@pytest.mark.parametrize("source", ["", f'model_source = "{NOVA}"', f'model_source = "us.{NOVA}"'])
def test_an_application_inference_profile_may_say_its_source(tmp_path: Path, source: str) -> None:
    assert warnings(tmp_path, bedrock(PROFILE, source)) == []


@pytest.mark.parametrize(
    "arn",
    [
        "arn:aws:bedrock:eu-west-1:111122223333:imported-model/a",
        f"arn:aws:bedrock:us-west-2::foundation-model/{NOVA}",
        "arn:aws-cn:bedrock:cn-north-1:111122223333:provisioned-model/a",
    ],
)
def test_of_another_region(tmp_path: Path, arn: str) -> None:
    (line,) = refusals(tmp_path, bedrock(arn))
    assert (
        line == f"{WHERE}.model_id = {arn!r}: must be in us-east-1, the API's Region, where the function calls Bedrock"
    )


@pytest.mark.parametrize(
    "aws",
    [
        'region = "us-east-1"\nallowed_account_ids = ["444455556666"]',
        'region = "us-east-1"\nassume_role = { role_arn = "arn:aws:iam::444455556666:role/deploy" }',
    ],
)
def test_of_another_account(tmp_path: Path, aws: str) -> None:
    arn = f"{HERE}imported-model/a"
    (line,) = refusals(tmp_path, bedrock(arn, aws=aws))
    assert line == f"{WHERE}.model_id = {arn!r}: is in account 111122223333, but this file deploys to 444455556666"


def test_of_this_account(tmp_path: Path) -> None:
    aws = 'region = "us-east-1"\nallowed_account_ids = ["444455556666", "111122223333"]'
    assert warnings(tmp_path, bedrock(f"{HERE}imported-model/a", aws=aws)) == []


@pytest.mark.parametrize(
    ("model_id", "region", "said"),
    [
        (
            "usa.anthropic.claude-x-v1:0",
            "us-east-1",
            (
                "usa is not a geography of Bedrock's inference profiles, which are us, us-gov, eu, apac, au, ca, jp, "
                "global; did you mean us.anthropic.claude-x-v1:0?"
            ),
        ),
        (
            "zz.amazon.nova",
            "us-east-1",
            "zz is not a geography of Bedrock's inference profiles, which are us, us-gov, eu, apac, au, ca, jp, global",
        ),
        *[
            (
                model_id,
                region,
                (
                    f"Bedrock calls newer Claude models only through an inference profile, such as "
                    f"{profile}.{model_id}; `aws bedrock list-inference-profiles --region {region}` lists them"
                ),
            )
            for model_id, region, profile in (
                ("anthropic.claude-sonnet-4-6", "us-west-2", "us"),
                ("anthropic.claude-sonnet-5", "eu-west-1", "eu"),
                ("anthropic.claude-haiku-4-5-20251001-v1:0", "ap-south-1", "global"),
            )
        ],
        ("anthropic.claude-3-haiku-20240307-v1:0", "us-east-1", ""),
        (NOVA, "us-east-1", ""),
        ("zai.glm-4.7", "us-east-1", ""),
    ],
)
def test_a_model_without_the_profile_that_it_needs_is_warned_of(
    tmp_path: Path, model_id: str, region: str, said: str
) -> None:
    line = f"{WHERE}.model_id = {model_id!r}: {said}"
    assert warnings(tmp_path, bedrock(model_id, aws=f'region = "{region}"')) == ([line] if said else [])


@pytest.mark.parametrize(
    ("geography", "region", "warned"),
    [
        ("eu", "us-east-1", True),
        ("us", "eu-central-1", True),
        ("us", "us-west-2", False),
        ("us", "ca-central-1", False),
        ("apac", "us-east-1", True),
        ("apac", "me-central-1", False),
        ("jp", "ap-northeast-3", False),
        ("jp", "ap-southeast-2", True),
        ("au", "ap-southeast-2", False),
        ("ca", "us-east-1", True),
        ("us-gov", "us-gov-west-1", False),
        ("us-gov", "us-west-2", True),
        ("global", "sa-east-1", False),
        ("global", "us-gov-west-1", True),
    ],
)
def test_a_profile_of_another_geography_is_warned_of(
    tmp_path: Path, geography: str, region: str, *, warned: bool
) -> None:
    model_id = f"{geography}.{NOVA}"
    lines = warnings(tmp_path, bedrock(model_id, aws=f'region = "{region}"'))
    said = (
        f"{WHERE}.model_id = {model_id!r}: an inference profile is called from Regions of its own geography, "
        f"{geography}, but this API is in {region}, where Bedrock may not have it"
    )
    assert lines == ([said] if warned else [])


def test_so_is_the_source_of_an_application_inference_profile(tmp_path: Path) -> None:
    (line,) = warnings(tmp_path, bedrock(PROFILE, f'model_source = "eu.{NOVA}"'))
    assert line.startswith(
        f"{WHERE}.model_source = 'eu.{NOVA}': an inference profile is called from Regions of its own"
    )


@pytest.mark.parametrize(
    ("text", "field"),
    [
        (bedrock("anthropic.claude-sonnet-4-20250514-v1:0"), "model_id"),
        (bedrock("us.anthropic.claude-sonnet-4-20250514-v1:0"), "model_id"),
        (bedrock("arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-sonnet-4-20250514-v1:0"), "model_id"),
        (bedrock(PROFILE, 'model_source = "global.anthropic.claude-sonnet-4-20250514-v1:0"\n'), "model_source"),
    ],
    ids=["model", "profile", "ARN", "source"],
)
def test_a_model_that_ends_is_warned_of(tmp_path: Path, text: str, field: str) -> None:
    (line,) = warnings(tmp_path, text)
    assert line.startswith(f"{WHERE}.{field} = ")
    assert line.endswith(
        ": AWS ends this model on 2026-10-14: requests then fail, and callers get a 502; name another model"
    )


def test_no_example_and_no_page_names_a_model_that_ends() -> None:
    pages = [*ROOT.glob("docs/**/*.md"), ROOT / "README.md"]
    files = [*ROOT.glob("docs/examples/*.toml"), *ROOT.glob("environments/*.toml"), *ROOT.glob("demo/*.toml")]
    files += ROOT.glob("spillway/new/templates/*.toml")
    assert len(files) > 10
    named = {(file.name, model) for file in (*pages, *files) for model in ENDS if model in file.read_text("utf-8")}
    assert named == set()
