"""A traffic file: who calls, how often, and from where. It is TOML, and is checked like an environment file."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, Field, ValidationError, model_validator

from review.layers.layers import Layers
from review.refusal import ReviewError
from review.simulation.tokens import Tokens
from settings.base import Items, Settings, SomeItems
from settings.problem import Problem, describe, line_about, refuse

SCENARIOS = Path(__file__).parent.parent / "scenarios"

Rate = Annotated[float, Field(gt=0, le=100_000)]
NO_KEY = "none"
Count = Annotated[int, Field(ge=1, le=1_000_000)]
Seconds = Annotated[float, Field(ge=0)]
MOST_REQUESTS = 20_000_000
"""The most requests, including retries, that one simulation holds in memory."""


def _is_ip(text: str) -> str:
    try:
        ip_address(text)
    except ValueError:
        raise ValueError("must be an IP address") from None
    return text


IpAddress = Annotated[str, AfterValidator(_is_ip)]


class Retries(Settings):
    """What a client does after a 429. The defaults are those of OpenAI's Python SDK: `_base_client.py`."""

    most: Annotated[int, Field(ge=0, le=20)] = 2
    first_delay_sec: Annotated[float, Field(gt=0)] = 0.5
    """Doubles with each retry. Up to a quarter is subtracted at random."""

    longest_delay_sec: Annotated[float, Field(gt=0)] = 8.0
    honour_retry_after: bool = True
    """Waits as long as the `Retry-After` of the 429 instead."""

    longest_retry_after_sec: Annotated[float, Field(gt=0)] = 120.0
    """If it should wait longer than this, the client gives up."""


class _Clients(Settings):
    name: Annotated[str, Field(min_length=1, max_length=40)]
    routes: Items[str] = ()
    """Routes by `METHOD /path`, used in turn. Default: the environment's first route."""

    usage_plan: str = ""
    """Each client holds a key of this plan. `none`: it sends no key. Default: the clients hold keys of all plans in
    turn."""

    from_sec: Seconds = 0
    to_sec: Seconds | None = None
    """Default: the end of the simulation."""

    retries: Retries | None = None
    """Default: a refused request is not sent again."""

    headers: dict[str, str] = {}
    """Headers for WAF rules that count by header. `{client}` becomes the client's number."""

    claims: dict[str, str] = {}
    """Claims for limits in tokens that count by a claim. Default: each client has its own value, as with `{client}`."""

    tokens: Tokens = Tokens()
    """What its requests send to a model, if the environment has limits in tokens."""


class Steady(_Clients):
    """People and programs that act independently: requests at random moments, `rate` per second each."""

    kind: Literal["steady"]
    count: Count
    rate: Rate


class Burst(_Clients):
    """All clients at once: each sends `requests` within `spread_sec` after `at_sec`."""

    kind: Literal["burst"]
    count: Count
    requests: Count
    at_sec: Seconds
    spread_sec: Annotated[float, Field(gt=0)] = 10


class NatOffice(_Clients):
    """`count` steady users behind one IP address. WAF sees one client."""

    kind: Literal["nat_office"]
    count: Count
    rate: Rate
    ip: IpAddress | None = None
    """Default: generated. Set it if the environment's WAF lists the address under `allow`."""


class Abuser(_Clients):
    """One machine with one address and evenly spaced requests."""

    kind: Literal["abuser"]
    rate: Rate
    ip: IpAddress | None = None
    """Default: generated."""


class Botnet(_Clients):
    """`count` addresses, each slow enough to look harmless."""

    kind: Literal["botnet"]
    count: Count = 1000
    rate: Rate


class RetryingSdk(_Clients):
    """Steady clients that send a refused request again."""

    kind: Literal["retrying_sdk"]
    count: Count
    rate: Rate
    retries: Retries | None = Retries()


Clients = Annotated[Steady | Burst | NatOffice | Abuser | Botnet | RetryingSdk, Field(discriminator="kind")]


class Traffic(Settings):
    """A whole traffic file."""

    name: str
    """The name of the file without `.toml`."""

    description: str = ""
    duration_sec: Annotated[float, Field(gt=0, le=7 * 86_400)]
    start: Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC))] = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
    """With its time zone, because quotas follow the calendar. Default: a Monday at nine, UTC."""

    seed: Annotated[int, Field(ge=0)] = 1
    """The same seed gives the same requests."""

    clients: SomeItems[Clients]

    @model_validator(mode="after")
    def _fits(self) -> "Traffic":
        refuse(self, *self._problems())
        return self

    def _problems(self) -> Iterator[Problem]:
        names: set[str] = set()
        for index, clients in enumerate(self.clients):
            where = ("clients", index)
            if clients.name in names:
                yield Problem((*where, "name"), "each entry needs its own name")
            names.add(clients.name)
            ends = f"must be before the end, duration_sec = {self.duration_sec:g}"
            if isinstance(clients, Burst) and clients.at_sec >= self.duration_sec:
                yield Problem((*where, "at_sec"), ends)
            if clients.from_sec >= self.duration_sec:
                yield Problem((*where, "from_sec"), ends)
            if clients.to_sec is not None and clients.to_sec <= clients.from_sec:
                after = f"must be after from_sec = {clients.from_sec:g}"
                yield Problem((*where, "to_sec"), after)
        requests = sum(_requests(clients, self.duration_sec) for clients in self.clients)
        if requests > MOST_REQUESTS:
            most = f"makes {requests:,.0f} requests with every retry; at most {MOST_REQUESTS:,} are simulated"
            yield Problem(("duration_sec",), most)


def _requests(clients: Clients, duration: float) -> float:
    """The most requests, including retries."""
    tries = 1 + (clients.retries.most if clients.retries else 0)
    if isinstance(clients, Burst):
        return clients.count * clients.requests * tries
    length = min(duration if clients.to_sec is None else clients.to_sec, duration) - clients.from_sec
    count = 1 if isinstance(clients, Abuser) else clients.count
    return max(0.0, count * clients.rate * length) * tries


def check(traffic: Traffic, layers: Layers) -> None:
    """Raises ReviewError with one line for each route or plan of the traffic that the environment does not have."""
    routes, plans = [route.key for route in layers.routes], [plan.name for plan in layers.plans]
    problems: list[str] = []
    for index, clients in enumerate(traffic.clients):
        problems += [
            line_about(("clients", index, "routes", number), route, f"{layers.name} has {_named(routes)}")
            for number, route in enumerate(clients.routes)
            if route not in routes
        ]
        if clients.usage_plan not in ("", NO_KEY, *plans):
            message = f"{layers.name} has {_named(plans)}; {NO_KEY!r} sends no key"
            problems.append(line_about(("clients", index, "usage_plan"), clients.usage_plan, message))
    if problems:
        raise ReviewError("\n".join(f"{traffic.name}: {problem}" for problem in problems))


def _named(names: list[str]) -> str:
    return ", ".join(names) or "none"


def scenarios() -> tuple[str, ...]:
    """The names of the ready-made traffic files."""
    return tuple(sorted(file.stem for file in SCENARIOS.glob("*.toml")))


def read_traffic(name: str) -> Traffic:
    """A ready-made scenario by name, or a file by path. Raises ReviewError."""
    file = Path(name)
    if file.suffix != ".toml":
        file = SCENARIOS / f"{name}.toml"
        if not file.is_file():
            raise ReviewError(f"no scenario {name!r}; there are {', '.join(scenarios())}; or name a .toml file")
    shown = name if file.parent == SCENARIOS else file.as_posix()
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8-sig"))
        return Traffic(name=file.stem, **table)
    except OSError as error:
        raise ReviewError(f"{shown}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ReviewError(f"{shown}: is not UTF-8 at byte {error.start}") from None
    except tomllib.TOMLDecodeError as error:
        raise ReviewError(f"{shown}: is not TOML: {error}") from None
    except ValidationError as error:
        lines = (f"{shown}: {describe(detail, table, may_hold_secrets=False)}" for detail in error.errors())
        raise ReviewError("\n".join(lines)) from None
    except TypeError:
        raise ReviewError(f"{shown}: name: unknown key; the name of the file is the name of the traffic") from None
