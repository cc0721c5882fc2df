"""Many requests at once, and how many of them a token bucket allows."""

import http.client
import math
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from urllib.parse import urlsplit

from settings.throttling import Throttle


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One HTTP response."""

    number: int
    """Number of the request, from 0."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: str
    sent: float
    """Seconds on the monotonic clock, like `received`."""
    received: float


@dataclass(frozen=True, slots=True)
class Burst:
    """What the stage answered."""

    answers: tuple[Answer, ...]

    @property
    def statuses(self) -> Counter[int]:
        return Counter(answer.status for answer in self.answers)

    def allowed(self, throttle: Throttle) -> range:
        """How many 200s a full bucket can give: its content, plus what refills while the requests arrive.

        There are two bounds, because the gateway saw the first request after it was sent and the last one before it was
        answered. The lower bound is one token less: a bucket that refills continuously holds part of a token when the
        burst ends.
        """
        first, last = min(self.answers, key=lambda a: a.sent), max(self.answers, key=lambda a: a.received)
        longest = last.received - first.sent
        shortest = max(0.0, max(a.sent for a in self.answers) - min(a.received for a in self.answers))
        most = throttle.burst_limit + math.floor(throttle.rate_limit * longest)
        ran_in = throttle.rate_limit * shortest - self._ran_over(throttle)
        least = throttle.burst_limit + math.floor(max(0.0, ran_in)) - 1
        return range(min(least, len(self.answers)), min(most, len(self.answers)) + 1)

    def _ran_over(self, throttle: Throttle) -> float:
        """The most tokens that a full bucket can have lost because the clients were too slow to keep it empty.

        The bucket is full until it refuses a request, which shows that it was empty. From then on it needs time to
        refill.
        """
        times = [(a.sent, a.received) for a in sorted(self.answers, key=lambda a: a.received) if a.status == _REFUSED]
        fills_within = (throttle.burst_limit - 1) / throttle.rate_limit
        start, end = min(a.sent for a in self.answers), max(a.received for a in self.answers)
        spans = [
            # As if it had been full right before the first request.
            (start - fills_within, start),
            *times,
            (end, end),
        ]
        full_for = [later[1] - earlier[0] - fills_within for earlier, later in pairwise(spans)]
        return throttle.rate_limit * sum(max(0.0, seconds) for seconds in full_for)


_REFUSED = 429


def send(
    method: str,
    url: str,
    *,
    count: int,
    clients: int = 8,
    body: str | Callable[[int], str] | None = "{}",
    pause: float = 0,
    headers: Mapping[str, str] | None = None,
) -> Burst:
    """Send `count` requests from `clients` concurrent clients, each `pause` seconds after the previous answer.

    `body` is the same for all requests, or a function of the request's number. The first error of a client, or a
    Ctrl-C, ends all of them. Raises OSError, http.client.HTTPException.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connections = [
        kind(parts.hostname or "", parts.port, timeout=_CONNECTS_WITHIN_SECONDS) for _ in range(min(clients, count))
    ]
    stopped = threading.Event()

    def send_in_turn(client: int) -> list[Answer]:
        answers: list[Answer] = []
        for number in range(client, count, clients):
            if stopped.is_set():
                break
            text = body(number) if callable(body) else body
            answers.append(_ask(connections[client], method, parts.path, number, text, headers or {}))
            stopped.wait(pause)
        return answers

    with ThreadPoolExecutor(clients) as pool:
        try:
            batches = list(pool.map(send_in_turn, range(len(connections))))
            return Burst(tuple(answer for batch in batches for answer in batch))
        finally:
            stopped.set()
            for connection in connections:
                _end(connection)


_CONNECTS_WITHIN_SECONDS = 15
_ANSWERS_WITHIN_SECONDS = 60


def _end(connection: http.client.HTTPConnection) -> None:
    """Also wake up a client that waits for an answer."""
    # Or it is closed already.
    with suppress(OSError):
        if connection.sock:
            connection.sock.shutdown(socket.SHUT_RDWR)
    connection.close()


def _ask(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    number: int,
    body: str | None,
    headers: Mapping[str, str],
) -> Answer:
    if not connection.sock:
        connection.connect()
        connection.sock.settimeout(_ANSWERS_WITHIN_SECONDS)
    sent = time.monotonic()
    connection.request(method, path, body=body, headers={"Content-Type": "application/json", **headers})
    response = connection.getresponse()
    # A backend may answer with audio or an image.
    text = response.read().decode(errors="replace")
    return Answer(
        number=number,
        status=response.status,
        reason=response.reason,
        headers=tuple(response.getheaders()),
        body=text,
        sent=sent,
        received=time.monotonic(),
    )
