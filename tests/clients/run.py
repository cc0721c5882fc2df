"""Runs a program of docs/clients.md once for each pair of URL and key on standard input, in this process.

It runs in the clients' own environment, without the project's packages. It prints one line of JSON for each: the
output, or the exception as a caller's own `except` sees it.
"""

import contextlib
import io
import json
import sys

asked = json.load(sys.stdin)
answers: list[dict[str, object]] = []
for program in asked["programs"]:
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(program, {"__name__": "__main__"})  # noqa: S102  # a page of ours
        answers.append({"printed": printed.getvalue().strip()})
    except Exception as error:  # noqa: BLE001  # anything that a caller would see
        answers.append({"raised": type(error).__name__, "said": str(error), "code": getattr(error, "code", None)})
sys.stdout.write(json.dumps(answers))
