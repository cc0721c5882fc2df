"""State in S3: written there, encrypted, and locked by an object next to it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from demo.command_line import Cdktf, CommandFailedError
from tests.environment_files import changed

BUCKET, KEY = "spillway-states", "spillway/remote.tfstate"
TEXT = (
    changed(region='region = "us-east-1"\nendpoint_url = "http://127.0.0.1:4566"')
    + f'\n[backend]\ntype = "s3"\nbucket = "{BUCKET}"\nregion = "us-east-1"\n'
)


@pytest.fixture(scope="module")
def remote(aws: str, client: Callable[[str], Any], cdktf: Callable[[str, str], Cdktf]) -> Iterator[Cdktf]:
    """A stack with its state in the emulator's S3, which the backend finds through the AWS SDK's own variables."""
    client("s3").create_bucket(Bucket=BUCKET)
    with pytest.MonkeyPatch.context() as variables:
        variables.setenv("AWS_ENDPOINT_URL", aws)
        variables.setenv("AWS_ACCESS_KEY_ID", "emulator")
        variables.setenv("AWS_SECRET_ACCESS_KEY", "emulator")
        stack = cdktf("remote", TEXT)
        try:
            yield stack
        finally:
            stack.destroy("remote")


def test_the_state_is_an_encrypted_object(remote: Cdktf, client: Callable[[str], Any]) -> None:
    remote.deploy("remote")
    kept = client("s3").get_object(Bucket=BUCKET, Key=KEY)
    assert kept["ServerSideEncryption"] == "AES256"
    assert b"aws_api_gateway_stage" in kept["Body"].read()
    held = client("s3").list_objects_v2(Bucket=BUCKET)["Contents"]
    assert [each["Key"] for each in held] == [KEY], "the lock is gone"


def test_who_finds_a_lock_does_not_deploy(remote: Cdktf, client: Callable[[str], Any]) -> None:
    s3 = client("s3")
    s3.put_object(Bucket=BUCKET, Key=f"{KEY}.tflock", Body=b'{"ID": "another-deploy", "Operation": "apply"}')
    try:
        with pytest.raises(CommandFailedError, match=r"(?s)Error acquiring the state lock.*another-deploy"):
            remote.deploy("remote")
    finally:
        s3.delete_object(Bucket=BUCKET, Key=f"{KEY}.tflock")
