"""Text from elsewhere, so that a reader sees all of it and nothing acts on it."""

import re

# A backslash takes the meaning from each of these: https://spec.commonmark.org/0.31.2/#backslash-escapes. `|` ends a
# cell, `~~` strikes through: https://github.github.com/gfm/. In the middle of a word `_` means nothing.
_ESCAPED = r"[`*\[|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\\": "&#92;"}
# GitHub and GitLab look for mentions, references and formulas in what Markdown has become, where an entity is the sign
# again. Tags around the sign part it from what follows.
_REFERENCES = {sign: f"<span>{sign}</span>" for sign in "@#$"}
_REPLACEMENTS = _ENTITIES | _REFERENCES | {"\n": "<br>"}
_TO_REPLACE = re.compile(rf"[&<>\\@#$\n]|{_ESCAPED}")


def spell_out(text: str) -> str:
    """Whatever a terminal would act on, or nobody would see, spelt out as in a string of Python. Line breaks stay."""
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode() for each in text
    )


def escape_markdown(text: str) -> str:
    """What GitHub and GitLab show as that text, in one line of Markdown."""
    return _TO_REPLACE.sub(lambda sign: _REPLACEMENTS.get(sign[0], f"\\{sign[0]}"), spell_out(text).strip())
