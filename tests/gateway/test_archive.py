"""The same folder always gives the same zip, on every machine and at any time."""

import os
import zipfile
from pathlib import Path

from constructs.gateway.archive import Archive
from settings.file_reference import Code
from tests.environment_files import MINIMAL, environment


def folder(at: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        file = at / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return at


FILES = {"app.py": "one", "lib/b.py": "two", "lib/a.py": "three"}


def test_order_dates_and_modes_of_the_files_do_not_matter(tmp_path: Path) -> None:
    first = folder(tmp_path / "first", FILES)
    second = folder(tmp_path / "second", dict(reversed(FILES.items())))
    os.utime(second / "app.py", (1, 1))
    (second / "app.py").chmod(0o600)
    Archive(Code.of(first)).write(tmp_path / "first.zip")
    Archive(Code.of(second)).write(tmp_path / "out" / "second.zip")
    assert (tmp_path / "first.zip").read_bytes() == (tmp_path / "out" / "second.zip").read_bytes()


def test_the_same_on_every_machine(tmp_path: Path) -> None:
    # Independent of Python, zlib, file system and clock. A change of this value replaces every deployed function.
    assert Archive(Code.of(folder(tmp_path, FILES))).source_code_hash == "+Ieoo1teAq/PC/zV9tCU9sNNRWtftaaX64nUungh9ts="


def test_what_is_in_it(tmp_path: Path) -> None:
    source = folder(tmp_path / "code", FILES | {"__pycache__/app.pyc": "x", "lib/__pycache__/b.txt": "x", "c.pyc": "x"})
    Archive(Code.of(source)).write(tmp_path / "code.zip")
    with zipfile.ZipFile(tmp_path / "code.zip") as archive:
        entries = {entry.filename: archive.read(entry).decode() for entry in archive.infolist()}
        modes = {entry.external_attr >> 16 for entry in archive.infolist()}
    assert list(entries.items()) == sorted(FILES.items())
    assert modes == {0o100755}


def test_the_hash_follows_the_content(tmp_path: Path) -> None:
    source = folder(tmp_path / "code", FILES)
    before = Archive(Code.of(source)).source_code_hash
    (source / "app.py").write_text("other", encoding="utf-8")
    assert Archive(Code.of(source)).source_code_hash != before


def test_the_digest_is_of_what_the_zip_holds(tmp_path: Path) -> None:
    here = folder(tmp_path / "here", FILES | {"__pycache__/app.pyc": "x"})
    there = folder(tmp_path / "there", dict(reversed(FILES.items())))
    before = Code.of(here)
    assert before.digest == Code.of(there).digest
    (here / "app.py").write_text("other", encoding="utf-8")
    assert Code.of(here).digest != before.digest


def test_the_digest_is_that_of_the_reading(tmp_path: Path) -> None:
    code = folder(tmp_path / "fn", FILES)
    integration = 'integration = { type = "lambda", code = "fn", runtime = "python3.13", handler = "app.handler" }'
    settings = environment(tmp_path, MINIMAL + integration)
    before = Code.of(code)
    (code / "app.py").write_text("other", encoding="utf-8")
    assert [getattr(route.integration, "code", None) for route in settings.routes] == [before]
