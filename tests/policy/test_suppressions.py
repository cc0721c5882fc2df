"""What policy/suppressions.toml may contain, and what it accepts."""

from pathlib import Path

import pytest

from policy.scan import Verdict
from policy.suppressions import Suppression, SuppressionsError, judge, read_suppressions

REASON = "because it is right so, and here is why"


def failure(environment: str = "prod", check: str = "CKV_AWS_120", address: str = "aws_a.b") -> Verdict:
    return Verdict(environment=environment, check=check, name="Ensure", address=address, passed=False)


def test_a_suppression_accepts_its_own_check() -> None:
    other = failure(check="CKV_AWS_73")
    judgement = judge([failure(), other], [Suppression(check="CKV_AWS_120", reason=REASON)])
    assert (judgement.suppressed, judgement.failed, judgement.unused) == ((failure(),), (other,), ())


def test_it_may_be_for_some_environments() -> None:
    elsewhere = failure(environment="dev")
    suppression = Suppression(check="CKV_AWS_120", reason=REASON, environments=("prod",))
    assert judge([failure(), elsewhere], [suppression]).failed == (elsewhere,)


def test_it_may_be_for_some_resources() -> None:
    other = failure(address="aws_a.c")
    suppression = Suppression(check="CKV_AWS_120", reason=REASON, addresses=("aws_a.b",))
    assert judge([failure(), other], [suppression]).failed == (other,)


def test_one_that_accepts_nothing_is_unused() -> None:
    passed = Verdict(environment="prod", check="CKV_AWS_120", name="Ensure", address="aws_a.b", passed=True)
    suppression = Suppression(check="CKV_AWS_120", reason=REASON)
    assert judge([passed], [suppression]).unused == (suppression,)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(
            '[[suppressions]]\ncheck = "CKV_AWS_1"',
            "suppressions.toml: suppressions.0.reason: Field required",
            id="no reason",
        ),
        pytest.param(
            '[[suppressions]]\ncheck = "CKV_AWS_1"\nreason = "noise"',
            "suppressions.toml: suppressions.0.reason: String should have at least 20 characters",
            id="hardly a reason",
        ),
        pytest.param(
            f'[[suppressions]]\ncheck = "everything"\nreason = "{REASON}"',
            r"suppressions.toml: suppressions.0.check: String should match pattern '^CKV2?_[A-Z]+_\d+$'",
            id="no check",
        ),
        pytest.param(
            f'[[suppressions]]\ncheck = "CKV_AWS_1"\nreason = "{REASON}"\nenvironment = "dev"',
            "suppressions.toml: suppressions.0.environment: Extra inputs are not permitted",
            id="misspelt",
        ),
        pytest.param(
            "[[suppressions]", "suppressions.toml: Expected ']]' at the end of an array declaration", id="TOML"
        ),
    ],
)
def test_a_bad_file_is_refused(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "suppressions.toml"
    file.write_text(text)
    with pytest.raises(SuppressionsError) as refused:
        read_suppressions(file)
    assert str(refused.value).startswith(message)
