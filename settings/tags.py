"""The `[tags]` table: tags for every resource that AWS can tag."""

from typing import Annotated

from pydantic import AfterValidator, Field

# https://docs.aws.amazon.com/tag-editor/latest/userguide/best-practices-and-strats.html, read 2026-11.
MOST_TAGS = 50


def _within_aws_limits(tags: dict[str, str]) -> dict[str, str]:
    if len(tags) > MOST_TAGS:
        raise ValueError(f"must be at most {MOST_TAGS} tags, not {len(tags)}")
    reserved = [key for key in tags if key.lower().startswith("aws:")]
    if reserved:
        raise ValueError(f"must have no key that starts with aws:, like {reserved[0]!r}; AWS reserves that prefix")
    return tags


Tags = Annotated[
    dict[
        Annotated[str, Field(pattern=r"^[A-Za-z0-9 _.:/=+@-]{1,128}$")],
        Annotated[str, Field(pattern=r"^[A-Za-z0-9 _.:/=+@-]{0,256}$")],
    ],
    AfterValidator(_within_aws_limits),
]
