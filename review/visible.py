"""Makes text from elsewhere fully visible and harmless."""

import re

# A backslash removes the special meaning of each of these: https://spec.commonmark.org/0.31.2/#backslash-escapes. `|`
# ends a cell, `~~` strikes through: https://github.github.com/gfm/. In the middle of a word `_` has no meaning.
_ESCAPED = r"[`*\[|~]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])"
_ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", "\\": "&#92;"}
# GitHub and GitLab look for mentions, references and formulas in the rendered Markdown, in which an entity is the
# character again. Tags around the character separate it from what follows.
_REFERENCES = {sign: f"<span>{sign}</span>" for sign in "@#$"}
_REPLACEMENTS = _ENTITIES | _REFERENCES | {"\n": "<br>"}
_TO_REPLACE = re.compile(rf"[&<>\\@#$\n]|{_ESCAPED}")


def spell_out(text: str) -> str:
    """Escape everything that a terminal would interpret or not show, as in a Python string. Line breaks stay."""
    return "".join(
        each if each.isprintable() or each == "\n" else each.encode("unicode_escape").decode() for each in text
    )


def escape_markdown(text: str) -> str:
    """Markdown that GitHub and GitLab render as that text, in one line."""
    return _TO_REPLACE.sub(lambda sign: _REPLACEMENTS.get(sign[0], f"\\{sign[0]}"), spell_out(text).strip())
