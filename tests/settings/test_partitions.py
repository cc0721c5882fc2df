"""ARNs of another partition than the Region's."""

import json
import re
from pathlib import Path

import botocore
import pytest

from settings.aws import Aws
from tests.environment_files import MINIMAL, changed, environment
from tests.refusals import refusals

CHINA = changed(region='region = "cn-north-1"')
HERE = "is in the partition {}, but {} is in {}; begin it with arn:{}:"
NOT_CHINA = HERE.format("aws", "cn-north-1", "aws-cn", "aws-cn")
NOT_US = HERE.format("aws-cn", "us-east-1", "aws", "aws")


def test_each_region_is_in_its_partition() -> None:
    """Compared with AWS's own list, for every Region that may be written."""
    listed = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text(encoding="utf-8"))
    compared = 0
    for partition in listed["partitions"]:
        for region in partition["regions"]:
            if re.fullmatch(r"[a-z]{2}(-[a-z]+)+-\d", region):
                assert Aws(region=region).partition == partition["id"]
                compared += 1
    assert compared > 30


@pytest.mark.parametrize(
    ("text", "field", "message"),
    [
        pytest.param(
            MINIMAL + '[routes.integration]\ntype = "bedrock"\n'
            'model_id = "arn:aws-cn:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"\n',
            "POST /chat: integration.model_id",
            NOT_US,
            id="a model",
        ),
        pytest.param(
            CHINA + '\n[routes.integration]\ntype = "aws_service"\nservice = "sqs"\naction = "SendMessage"\n'
            'role_arn = "arn:aws:iam::111122223333:role/api-to-sqs"\n',
            "POST /chat: integration.role_arn",
            NOT_CHINA,
            id="a role, which has no Region",
        ),
        pytest.param(
            CHINA + '\n[routes.integration]\ntype = "aws_service"\nservice = "sqs"\naction = "SendMessage"\n'
            'allow = [{ actions = ["sqs:SendMessage"], resources = ["arn:aws:sqs:cn-north-1:111122223333:jobs"] }]\n',
            "POST /chat: integration.allow[0].resources[0]",
            NOT_CHINA,
            id="what a role may call",
        ),
        pytest.param(
            CHINA.replace('path = "/chat"', 'path = "/chat"\nauthorization = "users"') + "\n[authorizers.users]\n"
            'type = "COGNITO_USER_POOLS"\n'
            'provider_arns = ["arn:aws:cognito-idp:us-east-1:111122223333:userpool/us-east-1_a1B2c3D4e"]\n',
            "authorizers.users.provider_arns[0]",
            NOT_CHINA,
            id="a user pool, whose Region no check compares",
        ),
        pytest.param(
            CHINA + '\n[observability.alarms]\ntopic_arns = ["arn:aws:sns:cn-north-1:111122223333:ops"]\n',
            "observability.alarms.topic_arns[0]",
            NOT_CHINA,
            id="a topic",
        ),
        pytest.param(
            changed(
                region='region = "us-gov-west-1"\nassume_role = { role_arn = "arn:aws:iam::111122223333:role/deploy" }'
            ),
            "aws.assume_role.role_arn",
            HERE.format("aws", "us-gov-west-1", "aws-us-gov", "aws-us-gov"),
            id="the role of the deploy",
        ),
    ],
)
def test_an_arn_of_another_partition_is_refused(tmp_path: Path, text: str, field: str, message: str) -> None:
    (line,) = refusals(tmp_path, text)
    assert line.startswith(f"{field} = ")
    assert line.endswith(message)


def test_the_state_may_be_in_another_partition(tmp_path: Path) -> None:
    text = CHINA + (
        '\n[backend]\ntype = "s3"\nbucket = "states"\nregion = "us-east-1"\n'
        'kms_key_id = "arn:aws:kms:us-east-1:111122223333:alias/state"\n'
    )
    assert environment(tmp_path, text).aws.partition == "aws-cn"


def test_another_region_is_said_once(tmp_path: Path) -> None:
    model = "arn:aws-cn:bedrock:cn-north-1::foundation-model/amazon.nova-lite-v1:0"
    (line,) = refusals(tmp_path, MINIMAL + f'[routes.integration]\ntype = "bedrock"\nmodel_id = "{model}"\n')
    assert line.endswith("must be in us-east-1, the API's Region, where the function calls Bedrock")
