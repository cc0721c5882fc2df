"""LiteLLM's StandardLoggingPayload, one JSON object for each call, as its S3, GCS and other loggers write it.

It names the call (`acompletion`), not the path. The caller is the address, or the key's hash if the proxy did not see
one.
https://docs.litellm.ai/docs/proxy/logging_spec; github.com/BerriAI/litellm, docs/my-website/docs/proxy/logging_spec.md
and litellm/types/utils.py (`CallTypes`), read 2026-11.
"""

from collections import Counter
from dataclasses import replace

import polars as pl

from review.replay.formats import json_lines
from review.replay.formats.format import Format, Reader, Sample

_PATHS = {
    "completion": "/v1/chat/completions",
    "text_completion": "/v1/completions",
    "embedding": "/v1/embeddings",
    "image_generation": "/v1/images/generations",
    "moderation": "/v1/moderations",
    "transcription": "/v1/audio/transcriptions",
    "speech": "/v1/audio/speech",
    "rerank": "/v1/rerank",
    "responses": "/v1/responses",
    "anthropic_messages": "/v1/messages",
}
# The asynchronous call has the same name with an `a` in front.
_CALLS = _PATHS | {f"a{call}": path for call, path in _PATHS.items()}

_KEY = ("metadata.user_api_key_hash",)
_NAMES = {
    "time": ("startTime",),
    "ip": ("requester_ip_address", "metadata.requester_ip_address", "metadata.user_api_key_hash", "end_user"),
    "method": ("call_type",),
    "path": ("call_type",),
    "key": _KEY,
    "count": (),
    "input_tokens": ("prompt_tokens",),
    "output_tokens": ("completion_tokens",),
    "model": ("model_group", "model"),
    "seconds": ("response_time",),
}


def _recognize(sample: Sample) -> Reader | None:
    found = json_lines.recognize(sample, _NAMES)
    if found is None:
        return None
    return replace(found, texts=lambda block, problems: _texts(found, block, problems))


def _texts(found: Reader, block: bytes, problems: Counter[str]) -> pl.DataFrame:
    frame = found.texts(block, problems)
    path = pl.col("path").replace_strict(_CALLS, default=pl.col("path"), return_dtype=pl.String)
    return frame.with_columns(pl.lit("POST").alias("method"), path.alias("path"))


LITELLM = Format(
    name="litellm",
    words="a LiteLLM request log (StandardLoggingPayload)",
    document="https://docs.litellm.ai/docs/proxy/logging_spec",
    recognize=_recognize,
)
