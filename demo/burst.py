"""Many requests at once, and what a token bucket allows of them."""

import http.client
import math
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from settings.throttling import Throttle


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One HTTP response."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    body: str
    sent: float
    """Seconds on the monotonic clock, like `received`."""
    received: float


@dataclass(frozen=True, slots=True)
class Burst:
    """What came back."""

    answers: tuple[Answer, ...]

    @property
    def statuses(self) -> Counter[int]:
        return Counter(answer.status for answer in self.answers)

    def allowed(self, throttle: Throttle) -> range:
        """How many 200s a full bucket can have given: what it held, and what ran in while the requests came.

        The gateway saw the first request after it was sent and the last before it was answered, hence two bounds. One
        token less at the low end: a bucket that is refilled continuously holds part of a token when the burst ends.
        """
        first, last = min(self.answers, key=lambda a: a.sent), max(self.answers, key=lambda a: a.received)
        longest = last.received - first.sent
        shortest = max(0.0, max(a.sent for a in self.answers) - min(a.received for a in self.answers))
        most = throttle.burst_limit + math.floor(throttle.rate_limit * longest)
        least = throttle.burst_limit + math.floor(throttle.rate_limit * shortest) - 1
        return range(min(least, len(self.answers)), min(most, len(self.answers)) + 1)


def send(
    method: str, url: str, *, count: int, clients: int = 8, body: str = "{}", pause: float = 0, **headers: str
) -> Burst:
    """`count` requests from `clients` concurrent clients, each `pause` seconds after the answer to its last."""
    with ThreadPoolExecutor(clients) as pool:
        shares = [count // clients + (index < count % clients) for index in range(clients)]
        batches = pool.map(lambda share: _send_in_turn(method, url, share, body, pause, headers), shares)
        return Burst(tuple(answer for batch in batches for answer in batch))


def _send_in_turn(method: str, url: str, count: int, body: str, pause: float, headers: dict[str, str]) -> list[Answer]:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)
    answers = []
    try:
        for _ in range(count):
            sent = time.monotonic()
            connection.request(method, parts.path, body=body, headers={"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            text = response.read().decode()
            answers.append(
                Answer(
                    status=response.status,
                    reason=response.reason,
                    headers=tuple(response.getheaders()),
                    body=text,
                    sent=sent,
                    received=time.monotonic(),
                )
            )
            time.sleep(pause)
    finally:
        connection.close()
    return answers
