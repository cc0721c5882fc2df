"""Text of an environment file, of git and of logs is shown literally, on a terminal and in a pull request's comment."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from review.table import Format, Report, Table, show
from review.visible import escape_markdown, spell_out

SIGNS = [
    "\r\r<!-- ",
    "<img src=x onerror=y>",
    "![a](https://evil.example/p.png)",
    "[a](https://evil.example)",
    "[a]: https://evil.example",
    "@team",
    "#1",
    "`code`",
    "```\nfence",
    "~~~",
    "~~gone~~",
    "a | b",
    "\\| b |",
    "&lt;&#60;",
    "**bold** __bold__ *x*",
    "$\\color{white}{x}$",
    "\x1b]0;title\x07\x1b[2J",
    "\u202egnp.exe",
    "\u2028x\x85y\x0bz\x0cw",
    "a\tb",
    "# heading",
    "    code",
]


def shown(text: str) -> str:
    """What a reader sees of Markdown that only has escapes, entities, line breaks and spans."""
    assert "\n" not in text
    assert "\r" not in text
    inner = re.sub(r"</?span>", "", text).replace("<br>", "\n")
    assert "<" not in inner
    return html.unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", inner))


def active(text: str) -> list[str]:
    """What Markdown, GitHub or GitLab would still interpret."""
    return re.findall(r"(?<!\\)[`*\[|~]|(?<!&)[@#$](?!</span>)|<(?!/?span>|br>)|&(?!(?:amp|lt|gt|#92);)", text)


@pytest.mark.parametrize("sign", SIGNS)
def test_a_sign_is_shown_and_does_nothing(sign: str) -> None:
    assert active(escape_markdown(sign)) == []
    assert shown(escape_markdown(sign)) == spell_out(sign).strip()


@given(st.text())
def test_any_text_is_shown_and_does_nothing(text: str) -> None:
    assert [each for each in active(escape_markdown(text)) if each.isascii()] == []
    assert shown(escape_markdown(text)) == spell_out(text).strip()
    assert all(each.isprintable() or each == "\n" for each in spell_out(text))


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("how", [Format.MARKDOWN, Format.TABLE])
def test_wherever_a_report_has_it(capsys: pytest.CaptureFixture[str], sign: str, how: Format) -> None:
    table = Table(title=sign, columns=(f"c{sign}", "route"), rows=((sign, sign), ("x", "y")), caption=sign)
    show(Report(title=sign, warnings=(sign,), notes=(sign,), tables=(table,), data={}), how)
    out = capsys.readouterr().out
    if how is Format.TABLE:
        assert all(each.isprintable() or each == "\n" for each in out)
        return
    raw = [line for line in out.splitlines() if line]
    # Title, warning, the table's title, its four lines, caption, note: none begins or ends with such a sign.
    assert len(raw) == 9
    assert [line for line in raw if line.startswith("| ")] == raw[3:7]
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in raw[3:7]} == {3}
