"""The format of every error that does not come from the code of a backend."""

import json


def error_body(*, message: str, kind: str, code: str) -> str:
    """JSON that the clients of OpenAI and Anthropic both read. `error` is OpenAI's object. The `type` next to it is
    Anthropic's key; without it, the AI SDK's Anthropic provider shows only the HTTP status.

    https://platform.openai.com/docs/guides/error-codes, https://docs.anthropic.com/en/api/errors, read 2026-11.
    """
    return error_template(message=json.dumps(message), kind=kind, code=code)


def error_template(*, message: str, kind: str, code: str) -> str:
    """The same for a message that a variable fills in with its quotes, such as `$context.error.messageString`."""
    error = f'{{"message": {message}, "type": "{kind}", "param": null, "code": "{code}"}}'
    return f'{{"type": "error", "error": {error}}}'
