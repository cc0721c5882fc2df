"""Access logs for tests, and the result of a replay."""

import gzip
import json
from collections.abc import Iterable
from pathlib import Path

from review.engine.rate_window import WafModel
from review.layers.layers import Layers
from review.replay.columns import ACCESS_LOG
from review.replay.replay import Log, Replayed, replay
from settings.observability.access_log import ABSENT, FIELDS

START = 1_772_440_000.0
"""2026-03-02 08:26:40 UTC."""

Line = dict[str, str]


def line(second: float, ip: str = "192.0.2.1", route: str = "POST /chat", key: str = ABSENT, **more: str) -> Line:
    """A line of API Gateway, that many seconds after START."""
    method, path = route.split(" ", 1)
    values = dict.fromkeys(FIELDS, ABSENT)
    known = {
        ACCESS_LOG["time"]: str(round((START + second) * 1000)),
        ACCESS_LOG["ip"]: ip,
        ACCESS_LOG["method"]: method,
        ACCESS_LOG["path"]: path,
        ACCESS_LOG["key"]: key,
    }
    return values | known | more


def write(folder: Path, entries: Iterable[Line | str], name: str = "access.log") -> Path:
    """Entries that are not tables stay unchanged."""
    text = "".join((each if isinstance(each, str) else json.dumps(each)) + "\n" for each in entries)
    file = folder / name
    file.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return file


def replayed(layers: Layers, *files: Path, waf: WafModel | None = None, tolerance_sec: float = 60) -> Replayed:
    """For files in any format."""
    return replay(layers, Log(files=files, tolerance_sec=tolerance_sec), waf or WafModel())
