"""As whom, into which account, with which provider: refused and warned of."""

from pathlib import Path

import pytest

from settings.provider_version import admits_next_major, bounds
from tests.environment_files import MINIMAL, changed
from tests.refusals import refusals, warnings

ROLE = "arn:aws:iam::111122223333:role/deploy"
EMULATED = "endpoint_url is for an emulator, which gets placeholder credentials; remove one of the two"


def aws(lines: str) -> str:
    """MINIMAL with lines more in [aws]."""
    return changed(region=f'region = "us-east-1"\n{lines}') + "\n"


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        pytest.param(
            'provider_version = "newest"',
            "aws.provider_version = 'newest': must be a Terraform version constraint such as "
            '"~> 6.25" or ">= 6.25.0, < 7.0.0"',
            id="no constraint",
        ),
        pytest.param(
            'provider_version = "~> 6.0"',
            "aws.provider_version = '~> 6.0': must not allow versions before 6.25.0, which lack arguments that "
            "Spillway uses",
            id="older than the bindings",
        ),
        pytest.param(
            'provider_version = ">= 6.40, < 6.30"',
            "aws.provider_version = '>= 6.40, < 6.30': no version matches all of it",
            id="nothing fits",
        ),
        pytest.param(
            'allowed_account_ids = ["1234"]',
            "aws.allowed_account_ids[0] = '1234': must be 12 digits, in quotes, such as 111122223333",
            id="no account",
        ),
        pytest.param(
            'allowed_account_ids = ["111122223333", "111122223333"]',
            "aws.allowed_account_ids = ['111122223333', '111122223333']: must name each account once",
            id="an account twice",
        ),
        pytest.param(
            f'allowed_account_ids = ["444455556666"]\nassume_role = {{ role_arn = "{ROLE}" }}',
            f"aws.assume_role.role_arn = '{ROLE}': is in account 111122223333, which is not in allowed_account_ids",
            id="a role that the accounts leave out",
        ),
        pytest.param(
            f'assume_role = {{ role_arn = "{ROLE}", duration = "14m" }}',
            'aws.assume_role.duration = \'14m\': must be 15 minutes to 12 hours, written "30m", "1h" or "1h30m"',
            id="a duration that STS refuses",
        ),
        pytest.param(
            'endpoints = { s3 = "https://s3.example.com" }',
            "aws.endpoints.s3: must be 'apigateway', 'apigatewayv2', 'cloudwatch', 'dynamodb', 'iam', 'lambda', "
            "'logs', 'sns', 'sts' or 'wafv2'",
            id="a service that is not called",
        ),
        pytest.param(
            'endpoint_url = "http://127.0.0.1:4566"\nprofile = "prod"',
            f"aws.profile = 'prod': {EMULATED}",
            id="a profile for an emulator",
        ),
        pytest.param(
            'endpoint_url = "http://127.0.0.1:4566"\nallowed_account_ids = ["111122223333"]',
            f"aws.allowed_account_ids = ['111122223333']: {EMULATED}",
            id="an account for an emulator",
        ),
        pytest.param(
            f'endpoint_url = "http://127.0.0.1:4566"\nassume_role = {{ role_arn = "{ROLE}" }}',
            f"aws.assume_role: {EMULATED}",
            id="a role for an emulator",
        ),
    ],
)
def test_refused(tmp_path: Path, lines: str, line: str) -> None:
    assert refusals(tmp_path, aws(lines)) == [line]


@pytest.mark.parametrize(
    ("constraint", "oldest", "end"),
    [
        ("6.25.0", (6, 25, 0), (6, 25, 1)),
        ("= 6.25", (6, 25, 0), (6, 25, 1)),
        ("~> 6.25", (6, 25, 0), (7, 0, 0)),
        ("~> 6.25.3", (6, 25, 3), (6, 26, 0)),
        ("~> 6", (6, 0, 0), None),
        (">= 6.25.0, < 7.0.0", (6, 25, 0), (7, 0, 0)),
        ("> 6.25.0,<= 6.30.1", (6, 25, 1), (6, 30, 2)),
        ("~> 6.25, ~> 6.30", (6, 30, 0), (7, 0, 0)),
    ],
)
def test_what_a_constraint_admits(
    constraint: str, oldest: tuple[int, int, int], end: tuple[int, int, int] | None
) -> None:
    assert bounds(constraint) == (oldest, end)


@pytest.mark.parametrize("constraint", ["", "6.25.0.1", "~> ", "!= 6.26.0", "6.25.0-beta1", "v6.25", ">= 6.25,"])
def test_no_constraint(constraint: str) -> None:
    with pytest.raises(ValueError, match="must be a Terraform version constraint"):
        bounds(constraint)


@pytest.mark.parametrize(("constraint", "admits"), [("~> 6.25", False), (">= 6.25", True), (">= 6.25, <= 7.0.0", True)])
def test_the_next_major_version(constraint: str, admits: bool) -> None:  # noqa: FBT001  # a case of the table above
    assert admits_next_major(constraint) is admits


CLOUD = '[backend]\ntype = "cloud"\norganization = "acme"\nworkspace = "ai"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            aws('provider_version = ">= 6.25.0"'),
            [
                (
                    "aws.provider_version = '>= 6.25.0': allows version 7 and later, which may lack arguments; end "
                    'it with "< 7.0.0"'
                )
            ],
            id="no end",
        ),
        pytest.param(
            aws('profile = "prod"') + CLOUD,
            [
                (
                    "aws.profile = 'prod': a remote run has no profiles; give the workspace dynamic credentials, or "
                    "set it to local execution"
                )
            ],
            id="a profile in a remote run",
        ),
        pytest.param(
            aws('endpoint_url = "http://127.0.0.1:4566"') + CLOUD,
            [
                (
                    "aws.endpoint_url = 'http://127.0.0.1:4566': a remote run may not reach this address; set the "
                    "workspace to local execution"
                )
            ],
            id="an emulator in a remote run",
        ),
        pytest.param(aws('profile = "prod"\nprovider_version = "~> 6.25"'), [], id="nothing"),
        pytest.param(MINIMAL + CLOUD, [], id="nothing in the cloud"),
    ],
)
def test_warned(tmp_path: Path, text: str, expected: list[str]) -> None:
    assert warnings(tmp_path, text) == expected
