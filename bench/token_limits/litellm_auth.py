"""The check of a key that LiteLLM runs: the smallest one that gives each key its own limits.

Virtual keys would also need Postgres. https://docs.litellm.ai/docs/proxy/custom_auth, read 2026-11: the returned object
contains the key's rate limits, and the proxy enforces them without further settings.
"""

import json
import os

from fastapi import Request
from litellm.proxy._types import UserAPIKeyAuth

_LIMITS: dict[str, int] = json.loads(os.environ["TOKENS_PER_MINUTE"])


async def user_api_key_auth(request: Request, api_key: str) -> UserAPIKeyAuth:  # noqa: ARG001  # LiteLLM's own signature
    """`small-3` has the limit of the plan `small`."""
    return UserAPIKeyAuth(api_key=api_key, tpm_limit=_LIMITS[api_key.partition("-")[0]])
