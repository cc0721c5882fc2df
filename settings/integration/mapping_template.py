"""Mapping templates: text from which API Gateway makes a request or a response."""

from typing import Annotated

from pydantic import AfterValidator

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html,
# "Maximum mapping template size", read 2026-11.
_MOST_KILOBYTES = 300


def _fits(text: str) -> str:
    kilobytes = -(-len(text.encode()) // 1024)
    if kilobytes > _MOST_KILOBYTES:
        raise ValueError(
            f"must be at most {_MOST_KILOBYTES} KB, AWS's limit for a mapping template, not {kilobytes} KB"
        )
    return text


MappingTemplate = Annotated[str, AfterValidator(_fits)]
"""At most 300 KB, AWS's limit."""
