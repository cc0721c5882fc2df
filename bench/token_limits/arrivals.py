"""Sends the requests of a scenario and records the result of each."""

import json
import subprocess
from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus

from bench.token_limits.processes import HERE, NODE
from bench.token_limits.scenarios import Scenario

_ENDS_WITHIN_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Arrivals:
    """The results of one scenario."""

    statuses: Counter[int]
    milliseconds: tuple[float, ...]
    """The duration of each request, sorted."""

    @property
    def served(self) -> int:
        """Requests that the model answered."""
        return self.statuses[HTTPStatus.OK]

    @property
    def failed(self) -> int:
        """Requests that were neither served nor refused."""
        return self.statuses.total() - self.served - self.statuses[HTTPStatus.TOO_MANY_REQUESTS]

    def percentile(self, percent: int) -> float:
        """The milliseconds within which this percentage of the requests ended."""
        return self.milliseconds[max(0, -(-len(self.milliseconds) * percent // 100) - 1)]


def arrive(url: str, key: str, scenario: Scenario) -> Arrivals:
    """Send the scenario's requests to the URL with the key."""
    options = {
        "url": url,
        "key": key,
        "body": scenario.body,
        "groups": scenario.groups,
        "size": scenario.size,
        "pause": scenario.pause,
    }
    done = subprocess.run(
        [NODE, HERE / "arrivals.mjs", json.dumps(options)],
        capture_output=True,
        text=True,
        timeout=_ENDS_WITHIN_SECONDS,
        check=True,
    )
    answers = json.loads(done.stdout)
    return Arrivals(
        Counter(answer["status"] for answer in answers), tuple(sorted(answer["milliseconds"] for answer in answers))
    )
