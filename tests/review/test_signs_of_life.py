import io

import pytest

from review.signs_of_life import signs_of_life


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_shows_what_is_going_on_and_is_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    terminal = Terminal()
    monkeypatch.setattr("sys.stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    with signs_of_life("simulating everyone"):
        pass
    assert "simulating everyone" in terminal.getvalue()
    assert terminal.getvalue().endswith("\x1b[2K"), "the line is cleared"


def test_nothing_shows_where_nobody_watches(capsys: pytest.CaptureFixture[str]) -> None:
    with signs_of_life("simulating everyone"):
        pass
    assert capsys.readouterr() == ("", "")
