import re
from ipaddress import ip_address
from pathlib import Path

import numpy as np
import pytest

from review.refusal import ReviewError
from review.simulation.arrivals import Arrivals, arrivals
from review.simulation.traffic import SCENARIOS, Retries, read_traffic, scenarios
from tests.review.engine.decided import PLENTY, layers
from tests.review.simulation.traffic_files import STEADY, environment, traffic, write

KINDS = ("steady", "burst", "nat_office", "abuser", "botnet", "retrying_sdk")


def drawn(folder: Path, text: str) -> Arrivals:
    return arrivals(traffic(folder, text), layers(bucket=PLENTY))


@pytest.mark.parametrize("name", scenarios())
def test_every_scenario_is_accepted_and_says_what_it_is(name: str) -> None:
    assert read_traffic(name).description


def test_there_is_a_scenario_with_every_kind_of_client() -> None:
    kinds = {clients.kind for name in scenarios() for clients in read_traffic(name).clients}
    assert kinds == {clients.kind for clients in read_traffic("everyone").clients} == set(KINDS)


def test_the_same_seed_draws_the_same_requests_and_another_seed_others() -> None:
    one = read_traffic("everyone")
    first, again, other = (
        arrivals(each, environment("prod")).requests for each in (one, one, one.model_copy(update={"seed": 2}))
    )
    assert np.array_equal(first.time, again.time)
    assert np.array_equal(first.rows, again.rows)
    assert not np.array_equal(first.time, other.time)


def test_another_environment_meets_the_same_requests() -> None:
    one = read_traffic("abuser")
    times = [arrivals(one, environment(name)).requests.time for name in ("dev", "local", "prod")]
    assert (times[0] == times[1]).all()
    assert (times[0] == times[2]).all()


def test_steady_clients_ask_at_their_rate_at_random_moments(tmp_path: Path) -> None:
    found = drawn(tmp_path, STEADY.replace("count = 3", "count = 50").replace("60", "1000"))
    counts = np.bincount(found.client)
    assert len(counts) == 50
    # Fifty Poisson draws of mean 1000: five standard deviations of one, and of their mean.
    assert np.abs(counts - 1000).max() < 5 * 1000**0.5
    assert abs(counts.mean() - 1000) < 5 * (1000 / 50) ** 0.5
    assert len({caller.ip for caller in found.callers}) == 50


def test_a_burst_comes_within_its_spread(tmp_path: Path) -> None:
    found = drawn(
        tmp_path,
        """
        duration_sec = 600
        clients = [{ name = "nine", kind = "burst", count = 20, requests = 3, at_sec = 300, spread_sec = 20 }]
        """,
    )
    assert np.bincount(found.client).tolist() == [3] * 20
    start = round(traffic(tmp_path, STEADY).start.timestamp() * 1e6)
    assert (found.requests.time - start).min() >= 300e6
    assert (found.requests.time - start).max() <= 320e6


@pytest.mark.parametrize("address", [None, "192.0.2.7"])
def test_an_office_is_many_clients_behind_one_address(tmp_path: Path, address: str | None) -> None:
    ip = f', ip = "{address}"' if address else ""
    found = drawn(
        tmp_path,
        f"""
        duration_sec = 60
        clients = [{{ name = "office", kind = "nat_office", count = 30, rate = 1{ip} }}]
        """,
    )
    addresses = {caller.ip for caller in found.callers}
    assert (len(found.callers), len(addresses)) == (30, 1)
    assert addresses == {address} if address else ip_address(next(iter(addresses)))


def test_an_abuser_is_one_machine_with_even_requests(tmp_path: Path) -> None:
    text = 'duration_sec = 60\nclients = [{ name = "a", kind = "abuser", rate = 50, from_sec = 10, to_sec = 20 }]'
    found = drawn(tmp_path, text)
    assert len(found.callers) == 1
    assert np.diff(found.requests.time).tolist() == [20_000] * 499


def test_a_botnet_is_a_thousand_addresses_by_default(tmp_path: Path) -> None:
    found = drawn(tmp_path, 'duration_sec = 60\nclients = [{ name = "bots", kind = "botnet", rate = 0.1 }]')
    assert len({caller.ip for caller in found.callers}) == 1000


def test_routes_are_taken_in_turn_by_default_the_first(tmp_path: Path) -> None:
    with_routes = STEADY + 'routes = ["POST /v1/embeddings", "GET /v1/models"]'
    found = arrivals(traffic(tmp_path, with_routes), environment("prod")).requests.route
    assert set(found.tolist()) == {1, 2}
    assert abs(int((found == 1).sum()) - int((found == 2).sum())) <= 1
    assert set(arrivals(traffic(tmp_path, STEADY), environment("prod")).requests.route.tolist()) == {0}


def test_the_number_of_the_client_goes_into_its_headers(tmp_path: Path) -> None:
    found = drawn(tmp_path, STEADY + 'headers = { X-Team = "team-{client}" }')
    assert [caller.headers for caller in found.callers] == [{"X-Team": f"team-{number}"} for number in range(3)]


def test_the_defaults_of_a_retrying_client_are_those_of_the_sdk() -> None:
    # A second that the other tests need not spend.
    from openai import _base_client, _constants  # noqa: PLC0415

    assert Retries() == Retries(
        most=_constants.DEFAULT_MAX_RETRIES,
        first_delay_sec=_constants.INITIAL_RETRY_DELAY,
        longest_delay_sec=_constants.MAX_RETRY_DELAY,
        longest_retry_after_sec=float(vars(_base_client)["MAX_RETRY_AFTER_DELAY"]),
    )


CLIENT = '[[clients]]\nname = "a"\nkind = "steady"\ncount = 1\nrate = 1\n'


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("duration_sec = 60", ["clients: missing, and required"]),
        ("duration_sec = 60\nclients = []", ["clients = []: must contain at least one"]),
        ("duration_sec = 0\n" + CLIENT, ["duration_sec = 0: must be greater than 0"]),
        ("duration_sec = 700000\n" + CLIENT, ["duration_sec = 700000: must be less than or equal to 604800"]),
        ('duration_sec = "60"\n' + CLIENT, ["duration_sec = '60': must be a number of seconds, without quotes"]),
        ("duration_sec = 60\nspeed = 2\n" + CLIENT, ["speed: unknown key"]),
        (
            "duration_sec = 60\n" + CLIENT.replace("steady", "steadfast"),
            [f"clients[0].kind = 'steadfast': must be one of {', '.join(map(repr, KINDS))}"],
        ),
        (
            "duration_sec = 60\n" + CLIENT.replace("rate = 1", "rate = 0").replace("count = 1", "count = 1.5"),
            ["clients[0].count = 1.5: must be a whole number", "clients[0].rate = 0: must be greater than 0"],
        ),
        (
            "duration_sec = 60\n" + CLIENT + "from_sec = -1",
            ["clients[0].from_sec = -1: must be greater than or equal to 0"],
        ),
        (
            "duration_sec = 60\n" + CLIENT + "from_sec = 60",
            ["clients[0].from_sec = 60: must be before the end, duration_sec = 60"],
        ),
        (
            "duration_sec = 60\n" + CLIENT + "from_sec = 10\nto_sec = 10",
            ["clients[0].to_sec = 10: must be after from_sec = 10"],
        ),
        (
            'duration_sec = 60\nclients = [{ name = "b", kind = "burst", count = 1, requests = 1, at_sec = 90 }]',
            ["clients[0].at_sec = 90: must be before the end, duration_sec = 60"],
        ),
        ("duration_sec = 60\n" + CLIENT * 2, ["clients[1].name = 'a': each entry needs its own name"]),
        (
            'duration_sec = 60\nclients = [{ name = "o", kind = "nat_office", count = 1, rate = 1, ip = "office" }]',
            ["clients[0].ip = 'office': must be an IP address"],
        ),
        (
            "duration_sec = 60\nstart = 2026-01-05T09:00:00\n" + CLIENT,
            ["start = 2026-01-05T09:00:00: must have timezone info"],
        ),
        (
            "duration_sec = 60000\n" + CLIENT.replace("rate = 1", "rate = 1000"),
            ["duration_sec = 60000: makes 60,000,000 requests with every retry; at most 20,000,000 are simulated"],
        ),
        (
            "duration_sec = 60\n" + CLIENT + "retries = { most = 21 }",
            ["clients[0].retries.most = 21: must be less than or equal to 20"],
        ),
    ],
)
def test_what_cannot_be_used_is_said_with_its_field(tmp_path: Path, text: str, lines: list[str]) -> None:
    file = write(tmp_path, text)
    with pytest.raises(ReviewError) as caught:
        read_traffic(file)
    assert str(caught.value).splitlines() == [f"{Path(file).as_posix()}: {line}" for line in lines]


def test_routes_and_plans_that_the_environment_lacks_are_said_all_at_once(tmp_path: Path) -> None:
    text = STEADY + 'routes = ["POST /myendpoint", "GET /nowhere"]\nusage_plan = "gold"'
    with pytest.raises(ReviewError) as caught:
        arrivals(traffic(tmp_path, text), environment("dev"))
    assert str(caught.value).splitlines() == [
        "traffic: clients[0].routes[1] = 'GET /nowhere': dev has POST /myendpoint",
        "traffic: clients[0].usage_plan = 'gold': dev has none; 'none' sends no key",
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"duration_sec = ", "is not TOML: Invalid value (at end of document)"),
        (b"\xff", "is not UTF-8 at byte 0"),
        (b'name = "x"', "name: unknown key; the name of the file is the name of the traffic"),
    ],
)
def test_a_file_that_is_no_traffic_file(tmp_path: Path, content: bytes, said: str) -> None:
    file = tmp_path / "broken.toml"
    file.write_bytes(content)
    with pytest.raises(ReviewError, match=re.escape(said)):
        read_traffic(str(file))


def test_an_unknown_scenario_is_answered_with_those_that_there_are() -> None:
    with pytest.raises(ReviewError) as caught:
        read_traffic("rush_hour")
    known = ", ".join(sorted(file.stem for file in SCENARIOS.glob("*.toml")))
    assert str(caught.value) == f"no scenario 'rush_hour'; there are {known}; or name a .toml file"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(ReviewError, match=r"missing\.toml: cannot be read: No such file or directory"):
        read_traffic(str(tmp_path / "missing.toml"))
