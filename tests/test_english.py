"""Habits that made our sentences hard to read do not come back: in pages, docstrings, comments and messages."""

import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from functools import cache

import pytest

from tests.environment_files import ROOT

# What to write instead is in the second part.
HABITS = {
    "whoever": (r"\bwhoever\b", "the caller, anyone who"),
    "but for": (r"\bbut for\b", "except for"),
    "one's own": (r"\bone's own\b", "your own"),
    "anew": (r"(?<!-)\banew\b", "again"),
    "himself": (r"\bhimself\b", "the caller"),
    # "There is no such file" is plain, and so is "no longer".
    "is no": (r"(?<!there )\b(?:is|are) no\b(?! longer\b| more\b)", "is not a"),
}

# What people read: pages, examples, templates, accepted failures. Source has names such as `nobody`, and other readers.
HABITS_OF_PAGES = {
    "says": (r"\bsays\b", "shows, reports, names, or the fact itself"),
    "asks": (r"\b(?:after`?|server|route|header|check|checkov|AWS|which) asks\b", "requires, needs, calls"),
    "takes": (
        (
            r"\b(?:AWS|Gateway|WAF|Terraform|DynamoDB|CloudWatch|Spillway|Bedrock|route|file|`--[a-z-]+`) takes\b"
            r"(?! (?:about|some|most|effect|minutes|seconds|\d))"
        ),
        "accepts, reads, needs",
    ),
    "nobody": (r"\bnobody\b", "no one, no caller"),
    "made-up": (r"\bmade-up\b", "generated, example, random"),
}
PAGE = re.compile(r".*\.md|docs/examples/.*|environments/.*|policy/[a-z]+\.toml|spillway/new/.*\.toml")

# Text that is not ours to change, and this file. Each must still be there.
EXCEPTIONS = {
    # The source of a function whose hash is in the stack: a comment alone is not worth a deploy.
    "constructs/gateway/bearer_key_function/index.mjs": "and is no secret",
}

OURS = re.compile(r".*\.(?:py|md|toml|yml|mjs|cjs)|Makefile")


@cache
def files() -> tuple[str, ...]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    skipped = ("tests/releases/", "tests/snapshots/", "tests/test_english.py")
    return tuple(name for name in listed.splitlines() if OURS.fullmatch(name) and not name.startswith(skipped))


def texts(name: str) -> Iterator[tuple[int, str]]:
    """Pieces of text by line: of Python only comments and strings, of other files everything."""
    source = (ROOT / name).read_text(encoding="utf-8")
    if not name.endswith(".py"):
        yield from enumerate(source.splitlines(), 1)
        return
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in {tokenize.COMMENT, tokenize.STRING}:
            yield token.start[0], " ".join(token.string.split())


@cache
def found(name: str) -> tuple[str, ...]:
    """The habits in a file, each with its line and what to write instead."""
    return tuple(
        f"{name}:{line}: {habit!r} in {text.strip()!r}; write {instead!r}"
        for line, text in texts(name)
        if name not in EXCEPTIONS or EXCEPTIONS[name] not in text
        for habit, (pattern, instead) in (HABITS | (HABITS_OF_PAGES if PAGE.fullmatch(name) else {})).items()
        if re.search(pattern, text, re.IGNORECASE)
    )


def test_no_habit_comes_back() -> None:
    assert [line for name in files() for line in found(name)] == []


@pytest.mark.parametrize(("name", "text"), EXCEPTIONS.items())
def test_an_exception_is_still_there(name: str, text: str) -> None:
    assert text in (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "habits"),
    [
        ("A burst limit is no ceiling.", ["is no"]),
        ("Whoever asks, but for one, waits.", ["whoever", "but for"]),
        ("There is no such file, and it is no longer needed.", []),
        ("A key of one's own is made anew.", ["one's own", "anew"]),
        ("The log says nothing, and Retry-After asks for it.", ["says", "asks"]),
        ("DynamoDB takes as many writes. WAF takes about 30 s, and it takes effect.", ["takes"]),
        ("Nobody sends made-up traffic. Spillway asks before it applies.", ["nobody", "made-up"]),
    ],
)
def test_a_habit_is_recognized(text: str, habits: list[str]) -> None:
    known = HABITS | HABITS_OF_PAGES
    assert [habit for habit, (pattern, _) in known.items() if re.search(pattern, text, re.IGNORECASE)] == habits
