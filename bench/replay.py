"""Replay compared with the `limits` package, in one run: the same requests, the same number of clients.

python -m bench.replay [requests] [clients]

`limits` (MovingWindowRateLimiter, MemoryStorage) is called once per request, for only a part of the requests, since all
of them would take minutes. The comparison is in hits per second. Like `limits`, the engine gets requests in memory, and
it evaluates every layer of prod. Replay also reads and parses the log. The compiled code is in the cache, as in every
run after the first.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

REQUESTS, CLIENTS = 10_000_000, 100_000
LIMITS_REQUESTS = 500_000
ENVIRONMENT = "environments/prod.toml"

# The promises of docs/simulation.md.
TIMES_AS_FAST, SECONDS, BYTES = 10, 60, 2**30

_ROUTES = (("POST", "/v1/chat/completions"), ("POST", "/v1/embeddings"), ("GET", "/v1/models"))
_CHUNK = 250_000
_START_MS, _LENGTH_MS = 1_772_440_000_000, 24 * 3_600_000


def write_log(file: Path, requests: int, clients: int) -> None:
    """Write the access log of a day, with clients that differ in how busy they are."""
    random = np.random.default_rng(1)
    with file.open("wb") as stream:
        for first in range(0, requests, _CHUNK):
            count = min(_CHUNK, requests - first)
            when = _START_MS + (first + np.arange(count)) * _LENGTH_MS // requests
            who = clients_of(random, count, clients)
            where = random.integers(0, len(_ROUTES), count)
            lines = (
                f'{{"requestId":"c6af9ac6-7b61-11e6-9a41-93e8deadbeef","requestTimeEpoch":"{at}",'
                f'"sourceIp":"{client_name(client)}","httpMethod":"{_ROUTES[route][0]}",'
                f'"resourcePath":"{_ROUTES[route][1]}","status":"200","responseLatency":"412","apiKeyId":"-",'
                f'"errorResponseType":"-","wafResponseCode":"WAF_ALLOW","userAgent":"OpenAI/Python 2.1"}}\n'
                for at, client, route in zip(when.tolist(), who.tolist(), where.tolist(), strict=True)
            )
            stream.write("".join(lines).encode())


def clients_of(random: np.random.Generator, count: int, clients: int) -> NDArray[np.int64]:
    """The clients of the requests. Half of the requests are spread evenly, half come from a tenth of the clients."""
    busy = random.random(count) < 0.5  # noqa: PLR2004  # half
    return np.where(busy, random.integers(0, max(1, clients // 10), count), random.integers(0, clients, count))


def client_name(client: int) -> str:
    """A distinct address for each client."""
    return f"10.{client >> 16 & 255}.{client >> 8 & 255}.{client & 255}"


def limits_hits_per_second(requests: int, clients: int) -> float:
    """Call the package as a service would."""
    from limits import RateLimitItemPerMinute  # noqa: PLC0415  # only this process pays for it
    from limits.storage import MemoryStorage  # noqa: PLC0415
    from limits.strategies import MovingWindowRateLimiter  # noqa: PLC0415

    names = [client_name(client) for client in clients_of(np.random.default_rng(1), requests, clients).tolist()]
    limiter = MovingWindowRateLimiter(MemoryStorage())
    limit = RateLimitItemPerMinute(600, 5)
    began = time.perf_counter()
    for name in names:
        limiter.hit(limit, name)
    return requests / (time.perf_counter() - began)


def engine_hits_per_second(requests: int, clients: int) -> float:
    """Evaluate every layer of prod on requests in memory. A first run compiles or loads the code."""
    from review.engine.engine import NONE, Requests, run, state, with_room  # noqa: PLC0415  # as above
    from review.engine.rate_window import WafModel  # noqa: PLC0415
    from review.environment_file import read  # noqa: PLC0415
    from review.layers.from_settings import layers_of  # noqa: PLC0415

    random, layers = np.random.default_rng(1), layers_of(read(ENVIRONMENT))
    who = clients_of(random, requests, clients).astype(np.int32)
    sent = Requests(
        time=(_START_MS + np.arange(requests) * _LENGTH_MS // requests) * 1000,
        route=random.integers(0, len(_ROUTES), requests).astype(np.int32),
        key=np.full(requests, NONE, dtype=np.int32),
        rows=np.ascontiguousarray(np.broadcast_to(who, (len(layers.windows), requests))),
    )
    outcomes = np.empty(requests, dtype=np.int8)
    first = Requests(sent.time[:1], sent.route[:1], sent.key[:1], sent.rows[:, :1])
    run(with_room(state(layers, WafModel()), clients), first, outcomes)
    fresh = with_room(state(layers, WafModel()), clients)
    began = time.perf_counter()
    run(fresh, sent, outcomes)
    return requests / (time.perf_counter() - began)


def replay_once(file: Path) -> dict[str, float]:
    """Replay in a separate process, so that its peak memory is measured alone."""
    code = "import sys; from bench.replay import measured; measured(sys.argv[1])"
    done = subprocess.run([sys.executable, "-c", code, str(file)], check=True, stdout=subprocess.PIPE)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def measured(file: str) -> None:
    """Replay, and print the time and memory that it needed."""
    began = time.perf_counter()
    from review.engine.rate_window import WafModel  # noqa: PLC0415  # imports are part of the time
    from review.environment_file import read  # noqa: PLC0415
    from review.layers.from_settings import layers_of  # noqa: PLC0415
    from review.replay.replay import Log, replay  # noqa: PLC0415
    from review.replay.suggest import suggestions  # noqa: PLC0415

    replayed = replay(layers_of(read(ENVIRONMENT)), Log(files=(Path(file),)), WafModel())
    suggestions(replayed)
    seconds = time.perf_counter() - began
    found = {
        "requests": replayed.tally.requests,
        "clients": replayed.tally.clients,
        "seconds": seconds,
        "peak": peak_bytes(),
    }
    json.dump(found, sys.stdout)


def peak_bytes() -> int:
    """The peak memory of this process alone. On Linux, getrusage would also count the parent process."""
    status = Path("/proc/self/status")
    if status.is_file():
        (kibibytes,) = (line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(kibibytes) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def main(requests: int = REQUESTS, clients: int = CLIENTS) -> int:
    """Print all three and the ratios. Returns 1 if a promise of docs/simulation.md is broken."""
    hits = limits_hits_per_second(min(LIMITS_REQUESTS, requests), clients)
    engine = engine_hits_per_second(requests, clients)
    with tempfile.TemporaryDirectory() as folder:
        warm, log = Path(folder) / "warm.log", Path(folder) / "access.log"
        write_log(warm, 1000, clients)
        replay_once(warm)
        write_log(log, requests, clients)
        size = log.stat().st_size
        found = replay_once(log)
    rate = found["requests"] / found["seconds"]
    say = sys.stdout.write
    say(f"limits, in memory, moving window   {hits:>12,.0f} hits/s\n")
    say(f"engine, in memory, every layer     {engine:>12,.0f} hits/s  = {engine / hits:.1f} x\n")
    say(f"replay, reading and parsing too    {rate:>12,.0f} hits/s  = {rate / hits:.1f} x\n")
    say(
        f"{found['requests']:,} requests of {found['clients']:,} clients, {size / 1e9:.2f} GB of JSON lines: "
        f"{found['seconds']:.1f} s, peak memory {found['peak'] / 2**20:,.0f} MiB\n"
    )
    if requests < REQUESTS:
        return 0
    kept = engine >= TIMES_AS_FAST * hits and found["seconds"] < SECONDS and found["peak"] < BYTES
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:3])))
