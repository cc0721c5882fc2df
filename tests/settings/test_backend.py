"""Where the state is kept: refused."""

from pathlib import Path

import pytest

from settings.problem import EnvironmentFileError
from settings.read import read_environments
from tests.environment_files import MINIMAL, write
from tests.refusals import refusals

S3 = '[backend]\ntype = "s3"\nbucket = "states"\nregion = "eu-west-1"\n'
CLOUD = '[backend]\ntype = "cloud"\norganization = "acme"\n'


@pytest.mark.parametrize(
    ("table", "line"),
    [
        pytest.param(
            '[backend]\ntype = "gcs"', "backend.type = 'gcs': must be one of 'local', 's3', 'cloud'", id="another kind"
        ),
        pytest.param(
            S3.replace("states", "My_States"),
            "backend.bucket = 'My_States': must be the name of an S3 bucket, 3 to 63 lower case letters, digits, . "
            "and -, such as my-company-terraform-state",
            id="no bucket",
        ),
        pytest.param(
            S3.replace("eu-west-1", "Ireland"),
            "backend.region = 'Ireland': must be the code of a Region, such as us-east-1 or eu-west-3",
            id="no Region",
        ),
        pytest.param(
            S3 + 'key = "/a"', "backend.key = '/a': must neither start nor end with a slash", id="a key with a slash"
        ),
        pytest.param(
            S3 + 'kms_key_id = "alias/states"',
            "backend.kms_key_id = 'alias/states': must be the ARN of a KMS key or alias, such as "
            "arn:aws:kms:us-east-1:111122223333:alias/state",
            id="a key without its ARN",
        ),
        pytest.param(
            S3 + "encrypt = false",
            "backend.encrypt: unknown key; there are type, bucket, region, key, kms_key_id, profile, assume_role",
            id="no state in clear",
        ),
        pytest.param(
            CLOUD,
            "backend: must have either workspace or tags",
            id="no workspace",
        ),
        pytest.param(CLOUD + "tags = []", "backend.tags = []: must contain at least one", id="no tag"),
        pytest.param(
            CLOUD + 'tags = ["a b"]',
            "backend.tags[0] = 'a b': must be letters, digits, :, _ and -, with a letter or digit at both ends, "
            "such as team:llm",
            id="no tag with a space",
        ),
    ],
)
def test_refused(tmp_path: Path, table: str, line: str) -> None:
    assert refusals(tmp_path, MINIMAL + table) == [line]


def test_a_workspace_and_tags(tmp_path: Path) -> None:
    (line,) = refusals(tmp_path, MINIMAL + CLOUD + 'workspace = "a"\ntags = ["b"]')
    assert line.endswith(": must have either workspace or tags")


@pytest.mark.parametrize(
    ("table", "line", "place"),
    [
        pytest.param(S3 + 'key = "ai.tfstate"', "backend.key = 'ai.tfstate'", "ai.tfstate", id="one object"),
        pytest.param(CLOUD + 'workspace = "ai"', "backend.workspace = 'ai'", "ai", id="one workspace"),
    ],
)
def test_two_environments_with_one_state(tmp_path: Path, table: str, line: str, place: str) -> None:
    first, second = (write(tmp_path, MINIMAL + table, name).as_posix() for name in ("first", "second"))
    with pytest.raises(EnvironmentFileError) as caught:
        read_environments(tmp_path)
    assert caught.value.lines == (
        f"{second}: {line}: {first} also stores its state in {place}; each stack needs its own place",
    )


@pytest.mark.parametrize("table", ["", S3, CLOUD + 'tags = ["ai"]'], ids=["local", "s3", "tags"])
def test_by_default_each_environment_has_its_own(tmp_path: Path, table: str) -> None:
    for name in ("first", "second"):
        write(tmp_path, MINIMAL + table, name)
    assert [environment.name for environment in read_environments(tmp_path)] == ["first", "second"]
