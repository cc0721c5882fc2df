"""Which failed checks are accepted, and why."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from policy.scan import Verdict

SUPPRESSIONS = Path(__file__).parent / "suppressions.toml"

Patterns = Annotated[tuple[str, ...], Field(min_length=1, strict=False)]


class SuppressionsError(Exception):
    """The mistakes in the file, one line for each."""


class Suppression(BaseModel):
    """One `[[suppressions]]` table: a check that may fail, and where."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    check: Annotated[str, Field(pattern=r"^CKV2?_[A-Z]+_\d+$")]
    reason: Annotated[str, Field(min_length=20)]
    environments: Patterns | None = None
    """Default: all environments, including new ones."""
    addresses: Patterns | None = None
    """Terraform addresses. Default: every resource."""

    def covers(self, verdict: Verdict) -> bool:
        return (
            verdict.check == self.check
            and (self.environments is None or verdict.environment in self.environments)
            and (self.addresses is None or verdict.address in self.addresses)
        )


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    suppressions: Annotated[tuple[Suppression, ...], Field(strict=False)] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Judgement:
    """The failed checks, accepted or not, and the suppressions that nothing needs."""

    failed: tuple[Verdict, ...]
    suppressed: tuple[Verdict, ...]
    unused: tuple[Suppression, ...]


def read_suppressions(file: Path = SUPPRESSIONS) -> tuple[Suppression, ...]:
    """Read the tables of the file.

    Raises SuppressionsError.
    """
    try:
        return _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8-sig"))).suppressions
    except tomllib.TOMLDecodeError as error:
        raise SuppressionsError(f"{file.name}: {error}") from None
    except ValidationError as error:
        raise SuppressionsError(
            "\n".join(
                f"{file.name}: {'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()
            )
        ) from None


def judge(verdicts: Iterable[Verdict], suppressions: Iterable[Suppression]) -> Judgement:
    """Separate accepted failures from the others."""
    suppressions = tuple(suppressions)
    failures = [verdict for verdict in verdicts if not verdict.passed]
    used = {each for each in suppressions if any(each.covers(failure) for failure in failures)}
    suppressed = tuple(failure for failure in failures if any(each.covers(failure) for each in used))
    return Judgement(
        failed=tuple(failure for failure in failures if failure not in suppressed),
        suppressed=suppressed,
        unused=tuple(each for each in suppressions if each not in used),
    )
