"""The one shape of every error that does not come from a backend's own program."""

import json


def error_body(*, message: str, kind: str, code: str) -> str:
    """JSON that the clients of OpenAI and of Anthropic both read: `error` is OpenAI's object, `type` beside it
    Anthropic's word, without which the AI SDK's Anthropic provider shows the HTTP status alone.

    https://platform.openai.com/docs/guides/error-codes, https://docs.anthropic.com/en/api/errors, read 2026-11.
    """
    return error_template(message=json.dumps(message), kind=kind, code=code)


def error_template(*, message: str, kind: str, code: str) -> str:
    """The same for a place that fills in the message, quotes included, for instance `$context.error.messageString`."""
    error = f'{{"message": {message}, "type": "{kind}", "param": null, "code": "{code}"}}'
    return f'{{"type": "error", "error": {error}}}'
