"""The synthesized JSON of every environment, kept for comparison. A difference changes someone's production."""

import json
import tempfile
from collections.abc import Collection
from difflib import unified_diff
from pathlib import Path

from spillway.synthesis import synthesize, written

FOLDER = Path("snapshots")


def rendered(names: Collection[str]) -> dict[str, str] | None:
    """The JSON of these environments, or of all, in a form whose differences are short. None if synthesis fails, which
    has printed why.
    """
    with tempfile.TemporaryDirectory(prefix="spillway-snapshot-") as folder:
        output = Path(folder)
        if synthesize(sorted(names), output=output):
            return None
        return {file.parent.name: _text(file) for file in written(output) if file.parent.name in names or not names}


def _text(file: Path) -> str:
    return json.dumps(json.loads(file.read_text(encoding="utf-8")), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def kept(names: Collection[str]) -> dict[str, str]:
    """The snapshots of these environments, or of all."""
    files = [file for file in sorted(FOLDER.glob("*.json")) if file.stem in names or not names]
    return {file.stem: file.read_text(encoding="utf-8") for file in files}


def differences(now: dict[str, str], before: dict[str, str]) -> list[str]:
    """Lines of a unified diff. A missing or superfluous snapshot is one line."""
    lines: list[str] = []
    for name in sorted(now.keys() | before.keys()):
        file = (FOLDER / f"{name}.json").as_posix()
        if name not in before:
            lines.append(f"{file}: missing; the environment is new")
        elif name not in now:
            lines.append(f"{file}: left over; the environment is gone")
        else:
            old, new = before[name].splitlines(), now[name].splitlines()
            lines += unified_diff(old, new, file, "as synthesized now", lineterm="")
    return lines


def update(now: dict[str, str], before: dict[str, str]) -> list[str]:
    """Write what is new or has changed, and delete what is superfluous. Returns one line for each."""
    FOLDER.mkdir(exist_ok=True)
    lines = []
    for name in sorted(now.keys() | before.keys()):
        file = FOLDER / f"{name}.json"
        if name not in now:
            file.unlink()
            lines.append(f"deleted {file.as_posix()}")
        elif now[name] != before.get(name):
            file.write_text(now[name], encoding="utf-8")
            lines.append(f"wrote {file.as_posix()}")
    return lines
