"""Makes a zip of a folder, with the same bytes on every machine."""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from settings.file_reference import Code, files_of

# The earliest date that a zip can store.
_DATE = (1980, 1, 1, 0, 0, 0)
_MODE = 0o100755


class Archive:
    """The folder's files ordered by name, all with the same date and mode.

    Not compressed: different versions of zlib compress the same content into different bytes, which would change the
    hash.
    """

    def __init__(self, code: Code, *, made: Mapping[str, str] | None = None) -> None:
        """Read the folder's files, and add files that are generated for this function, by name."""
        files = {file.relative_to(code.folder).as_posix(): file.read_bytes() for file in files_of(code.folder)}
        files |= {name: text.encode() for name, text in (made or {}).items()}
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for name, content in sorted(files.items()):
                entry = zipfile.ZipInfo(name, date_time=_DATE)
                entry.create_system = 3  # Unix, on any system
                entry.external_attr = _MODE << 16
                archive.writestr(entry, content)
        self._content = buffer.getvalue()

    @property
    def source_code_hash(self) -> str:
        """As Lambda reports it: base64 of SHA-256."""
        return base64.b64encode(hashlib.sha256(self._content).digest()).decode()

    def write(self, file: Path) -> None:
        """Write the zip, and create its folder if needed."""
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(self._content)
