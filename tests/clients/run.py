"""Runs a program of docs/clients.md once for each pair of URL and key on standard input, in this process.

It runs in the clients' own environment, without the project's packages. It prints one line of JSON for each: the
output, or the exception as a caller's own `except` sees it. A client's pause of half a minute or more is only noted.
"""

import asyncio
import contextlib
import io
import json
import sys
import time
from collections.abc import Callable
from typing import Any

LONG_SECONDS = 30
waited: list[float] = []


def noted(sleep: Callable[..., Any]) -> Callable[..., Any]:
    def instead(seconds: float, *others: Any) -> Any:
        if seconds < LONG_SECONDS:
            return sleep(seconds, *others)
        waited.append(seconds)
        # Not zero: a loop in the background would never rest.
        return sleep(0.1, *others)

    return instead


time.sleep = noted(time.sleep)
asyncio.sleep = noted(asyncio.sleep)

asked = json.load(sys.stdin)
answers: list[dict[str, Any]] = []
for program in asked["programs"]:
    printed = io.StringIO()
    waited.clear()
    try:
        with contextlib.redirect_stdout(printed):
            exec(program, {"__name__": "__main__"})  # noqa: S102  # a page of ours
        answer: dict[str, Any] = {"printed": printed.getvalue().strip()}
    except Exception as error:  # noqa: BLE001  # anything that a caller would see
        answer = {"raised": type(error).__name__, "said": str(error), "code": getattr(error, "code", None)}
    answers.append(answer | {"waited": [*waited]})
sys.stdout.write(json.dumps(answers))
