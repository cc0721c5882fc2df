"""What each request of a log asked of a model: out of the log's own fields, or out of the function's log by its id."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from review.replay.names import Numbers
from review.replay.token_log import TokenLog, read_token_logs

INPUT, CACHED, OUTPUT, RESERVED, MILLISECONDS, MODEL = range(6)
"""Columns of a request's usage. RESERVED and MODEL are -1 where nobody says them."""

_MOST = 10_000_000
"""Tokens of a request, and milliseconds; more is a mistake."""

OF_A_LOG = ("request", "input_tokens", "output_tokens", "model", "milliseconds", "seconds")


class TokensOfRequests:
    """Numbers the models as they come, and counts the requests that nobody knows the tokens of."""

    def __init__(self, logs: Sequence[TokenLog], problems: Counter[str]) -> None:
        self._of_function = read_token_logs(logs, problems) if logs else None
        self._models = Numbers()
        self.without = 0

    @property
    def models(self) -> Sequence[str]:
        """By number."""
        return self._models.names

    def of(self, frame: pl.DataFrame) -> NDArray[np.int64]:
        """A row for each request."""
        if self._of_function is not None and "request" in frame.columns:
            frame = frame.join(self._of_function, on="request", how="left", maintain_order="left")
        usage = np.zeros((len(frame), 6), dtype=np.int64)
        usage[:, INPUT], known = _first(frame, "input", "input_tokens")
        usage[:, OUTPUT], also = _first(frame, "output", "output_tokens")
        usage[:, CACHED], _ = _first(frame, "cached")
        reserved, is_reserved = _first(frame, "reserved")
        # What has no tokens at all, such as the list of models, reserves none.
        known |= also
        usage[:, RESERVED] = np.where(is_reserved, reserved, np.where(known, -1, 0))
        usage[:, MILLISECONDS], _ = _first(frame, "milliseconds", "seconds")
        names = [pl.col(name) for name in ("said_model", "model") if name in frame.columns]
        model = frame.select(pl.coalesce(*names).alias("model"))["model"] if names else None
        usage[:, MODEL] = -1 if model is None else self._models.of(model)
        self.without += int((~known).sum())
        return usage


def _first(frame: pl.DataFrame, *names: str) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """The first of these columns that has a number, else 0; and where there is one."""
    columns = [pl.col(name) for name in names if name in frame.columns]
    if not columns:
        return np.zeros(len(frame), dtype=np.int64), np.zeros(len(frame), dtype=np.bool_)
    found = frame.select(pl.coalesce(*columns).alias("found"))["found"]
    is_there = found.is_not_null().to_numpy()
    return found.fill_null(0).clip(0, _MOST).cast(pl.Int64).to_numpy(), is_there
