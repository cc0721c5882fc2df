"""The tokens that each API key used in its busiest minute, and the most that one of its requests reserved."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from review.engine.engine import NONE
from review.engine.need import TOKENS_ESTIMATED, weighed
from review.layers.token_layer import TokenLayer
from review.replay.order import Columns
from review.replay.tokens import CACHED, INPUT, OUTPUT, RESERVED

_MINUTE = 60_000_000


def token_needs(blocks: Iterator[Columns], layer: TokenLayer, keys: int) -> NDArray[np.int64]:
    """By key: below that many tokens a minute, a minute or one of its requests would not fit. UTC's minutes.

    A request whose reservation nobody knows reserves its input at least.
    """
    needed = np.zeros(keys, dtype=np.int64)
    open_minute = np.full(keys, -1, dtype=np.int64)
    used_in_it = np.zeros(keys, dtype=np.int64)
    times, parts = TOKENS_ESTIMATED
    for requests in blocks:
        usage, mine = requests.usage, requests.key != NONE
        if usage is None or not mine.any():
            continue
        usage, key, minute = usage[mine], requests.key[mine].astype(np.int64), requests.time[mine] // _MINUTE
        used = weighed(layer.weights, usage[:, INPUT] - usage[:, CACHED], usage[:, OUTPUT], usage[:, CACHED])
        estimated = weighed(layer.weights, -(-usage[:, INPUT] * times // parts), np.zeros_like(used))
        np.maximum.at(needed, key, np.where(usage[:, RESERVED] >= 0, usage[:, RESERVED], estimated))
        # Requests are in order of time, so that of each key only its last minute may go on in the next block.
        first = int(minute.min())
        width = int(minute.max()) - first + 1
        cells, inverse = np.unique(key * width + minute - first, return_inverse=True)
        sums = np.bincount(inverse, weights=used).astype(np.int64)
        of_key, of_minute = cells // width, cells % width + first
        goes_on = open_minute[of_key] == of_minute
        sums[goes_on] += used_in_it[of_key[goes_on]]
        np.maximum.at(needed, of_key, sums)
        last = np.append(of_key[1:] != of_key[:-1], [True])
        open_minute[of_key[last]], used_in_it[of_key[last]] = of_minute[last], sums[last]
    return needed
