"""Files that are not text, told by their first bytes, and what the person can do instead.

Some of them contain the log's lines uncompressed (a zip file may, a tar file does), so that most lines could be read,
and the ones at the seams would be lost.
"""

# The first bytes of each kind, as its own document has them: parquet.apache.org/docs/file-format, PKWARE's APPNOTE,
# RFC 8878, tukaani.org/xz/xz-file-format.txt, google/snappy's framing_format.txt, lz4's lz4_Frame_format.md,
# avro.apache.org/docs, orc.apache.org/specification.
_KINDS: tuple[tuple[bytes, str, str], ...] = (
    (b"PAR1", "a Parquet file", "set the log's output format to JSON or W3C, or convert the file to CSV"),
    (b"Obj\x01", "an Avro file", "convert it to JSON lines or CSV"),
    (b"ORC", "an ORC file", "convert it to JSON lines or CSV"),
    (b"PK\x03\x04", "a zip file or a spreadsheet", "unpack the zip file, or save the spreadsheet as CSV"),
    (b"\x28\xb5\x2f\xfd", "compressed with Zstandard", "decompress it (zstd -d)"),
    (b"BZh", "compressed with bzip2", "decompress it (bzip2 -d)"),
    (b"\xfd7zXZ\x00", "compressed with xz", "decompress it (xz -d)"),
    (b"\x04\x22\x4d\x18", "compressed with LZ4", "decompress it (lz4 -d)"),
    (b"\xff\x06\x00\x00sNaPpY", "compressed with Snappy", "decompress it, or let Firehose compress with gzip"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z file", "unpack it"),
    (b"\x1f\x9d", "compressed with compress", "decompress it (uncompress)"),
)
_TAR, _TAR_AT = b"ustar", 257
"""https://www.gnu.org/software/tar/manual/html_node/Standard.html"""


def not_text(beginning: bytes) -> str:
    """What the file is and what to do, in one line; empty if nothing tells that it is something else than text."""
    for signature, kind, advice in _KINDS:
        if beginning.startswith(signature):
            return f"is {kind}, which replay does not read: {advice}"
    if beginning[_TAR_AT : _TAR_AT + len(_TAR)] == _TAR:
        return "is a tar file, which replay does not read: unpack it (tar -xf) and name the files in it"
    return ""
