"""The access log from CloudWatch has every line once, however often the download is interrupted."""

import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, ProfileNotFound
from typer.testing import CliRunner

from demo.emulator import emulator, free_port
from review.engine.rate_window import WafModel
from review.replay.replay import Log, replay
from settings.read import read_environment
from settings.watched import access_log_group
from tests.environment_files import MINIMAL, write
from tests.review.engine.decided import layers
from tests.review.replay.logs import START, line
from tools import fetch_log
from tools.fetch_log import Done, FetchError, fetch, moment

GROUP = "spillway/t/prod/access-log"
HOUR = 3_600_000
FIRST = round(START * 1000)
ENTRIES = [line(90 * number) for number in range(200)]
"""Five hours."""


class Logs:
    """FilterLogEvents in pages of seven, which fails after a number of calls."""

    def __init__(self, *, breaks_after: int = 10**9, forgets_tokens: bool = False) -> None:
        self._events = [(int(entry["requestTimeEpoch"]), json.dumps(entry)) for entry in ENTRIES]
        self._left, self._forgets = breaks_after, forgets_tokens
        self.asked = 0

    def filter_log_events(
        self,
        *,
        logGroupName: str,  # noqa: N803  # AWS's names
        startTime: int,  # noqa: N803
        endTime: int,  # noqa: N803
        nextToken: str = "0",  # noqa: N803
    ) -> dict[str, Any]:
        assert logGroupName == GROUP
        if self._forgets and nextToken != "0":
            self._forgets = False
            raise ClientError({"Error": {"Code": "InvalidParameterException", "Message": "token"}}, "FilterLogEvents")
        self._left -= 1
        self.asked += 1
        if self._left < 0:
            raise KeyboardInterrupt
        found = [event for event in self._events if startTime <= event[0] <= endTime]
        at = int(nextToken)
        page = {"events": [{"timestamp": when, "message": text} for when, text in found[at : at + 7]]}
        return page | ({"nextToken": str(at + 7)} if at + 7 < len(found) else {})


def fetched(file: Path) -> list[dict[str, str]]:
    return [json.loads(each) for each in gzip.decompress(file.read_bytes()).splitlines()]


def test_everything_comes_and_replay_takes_it(tmp_path: Path) -> None:
    to, heard = tmp_path / "a.log.gz", list[tuple[float, int]]()
    done = fetch(Logs(), GROUP, FIRST, FIRST + 6 * HOUR, to, lambda share, lines: heard.append((share, lines)))
    assert (done.lines, fetched(to)) == (200, ENTRIES)
    assert heard[-1] == (1.0, 200)
    assert sorted(heard) == heard
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a.log.gz"]
    assert replay(layers(), Log(files=(to,)), WafModel()).tally.requests == 200


def test_the_end_is_not_fetched_twice_nor_left_out(tmp_path: Path) -> None:
    fetch(Logs(), GROUP, FIRST, FIRST + HOUR, tmp_path / "1.gz")
    fetch(Logs(), GROUP, FIRST + HOUR, FIRST + 6 * HOUR, tmp_path / "2.gz")
    assert fetched(tmp_path / "1.gz") + fetched(tmp_path / "2.gz") == ENTRIES


@pytest.mark.parametrize("breaks_after", [0, 1, 2, 7, 20])
def test_it_goes_on_where_it_was_stopped(tmp_path: Path, breaks_after: int) -> None:
    to = tmp_path / "a.log.gz"
    with pytest.raises(KeyboardInterrupt):
        fetch(Logs(breaks_after=breaks_after), GROUP, FIRST, FIRST + 6 * HOUR, to)
    assert not to.exists()
    rest = Logs()
    # Later, the same command means another start and end. Those of the first call apply.
    fetch(rest, GROUP, FIRST + 5, FIRST + 7 * HOUR, to)
    assert fetched(to) == ENTRIES
    everything = Logs()
    fetch(everything, GROUP, FIRST, FIRST + 6 * HOUR, tmp_path / "b.gz")
    assert rest.asked == everything.asked - breaks_after


def test_half_a_page_on_the_disk_is_thrown_away(tmp_path: Path) -> None:
    to = tmp_path / "a.log.gz"
    with pytest.raises(KeyboardInterrupt):
        fetch(Logs(breaks_after=5), GROUP, FIRST, FIRST + 6 * HOUR, to)
    part = tmp_path / "a.log.gz.part"
    part.write_bytes(part.read_bytes() + b"\x1f\x8bhalf")
    fetch(Logs(), GROUP, FIRST, FIRST + 6 * HOUR, to)
    assert fetched(to) == ENTRIES


def test_a_token_that_has_run_out_begins_the_hour_anew(tmp_path: Path) -> None:
    to = tmp_path / "a.log.gz"
    with pytest.raises(KeyboardInterrupt):
        fetch(Logs(breaks_after=8), GROUP, FIRST, FIRST + 6 * HOUR, to)
    done = fetch(Logs(forgets_tokens=True), GROUP, FIRST, FIRST + 6 * HOUR, to)
    assert (done.lines, fetched(to)) == (200, ENTRIES)


def test_what_is_continued_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    to = tmp_path / "a.log.gz"
    with pytest.raises(KeyboardInterrupt):
        fetch(Logs(breaks_after=8), GROUP, FIRST, FIRST + 6 * HOUR, to)
    capsys.readouterr()
    assert fetch(Logs(), GROUP, FIRST + HOUR, FIRST + 6 * HOUR, to).start == FIRST
    said = capsys.readouterr().err
    assert said.startswith("continuing the download of 2026-03-02 08:26:40 to 2026-03-02 14:26:40 UTC at ")
    assert said.endswith(f"; delete {to.as_posix()}.part for another time\n")


def test_another_log_is_not_appended(tmp_path: Path) -> None:
    to = tmp_path / "a.log.gz"
    (tmp_path / "a.log.gz.part").write_bytes(b"")
    state = Done(group="other", start=FIRST, end=FIRST + HOUR, at=FIRST)
    fetch_log._keep(tmp_path / "a.log.gz.state", state)
    with pytest.raises(FetchError, match="belongs to another log"):
        fetch(Logs(), GROUP, FIRST, FIRST + HOUR, to)
    (tmp_path / "a.log.gz.state").write_text("{")
    with pytest.raises(FetchError, match="cannot be read"):
        fetch(Logs(), GROUP, FIRST, FIRST + HOUR, to)
    to.write_bytes(b"")
    with pytest.raises(FetchError, match="already exists"):
        fetch(Logs(), GROUP, FIRST, FIRST + HOUR, to)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("7d", FIRST - 7 * 24 * HOUR),
        ("30m", FIRST - HOUR // 2),
        ("2026-03-02T08:26:40Z", FIRST),
        ("2026-03-02T08:26:40", FIRST),
        ("2026-03-02T09:26:40+01:00", FIRST),
    ],
)
def test_since_when(said: str, expected: int) -> None:
    assert moment(said, FIRST) == expected


@pytest.mark.parametrize("said", ["7 days", "yesterday", "-1d", ""])
def test_a_time_that_is_none(said: str) -> None:
    with pytest.raises(FetchError, match="must be 7d, 12h, 30m, or a time such as"):
        moment(said, FIRST)


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with emulator(free_port()) as address:
        yield address


@pytest.fixture
def folder(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An environment whose AWS is the emulator."""
    text = MINIMAL.replace('region = "us-east-1"', f'region = "us-east-1"\nendpoint_url = "{url}"')
    assert url in text
    (tmp_path / "mine.toml").write_text(text)
    monkeypatch.setenv("ENVIRONMENTS", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_command_fetches_from_an_emulator(folder: Path, url: str) -> None:
    group = access_log_group(read_environment(folder / "mine.toml"))
    logs = boto3.client(
        "logs", endpoint_url=url, region_name="us-east-1", aws_access_key_id="a", aws_secret_access_key="b"
    )
    logs.create_log_group(logGroupName=group)
    logs.create_log_stream(logGroupName=group, logStreamName="one")
    events = [{"timestamp": int(entry["requestTimeEpoch"]), "message": json.dumps(entry)} for entry in ENTRIES]
    logs.put_log_events(logGroupName=group, logStreamName="one", logEvents=events)
    arguments = ["mine", "2026-03-02T08:00:00Z", "--until", "2026-03-02T16:00:00Z"]
    done = CliRunner().invoke(fetch_log.app, arguments)
    assert (done.exit_code, fetched(folder / "access-mine.log.gz")) == (0, ENTRIES), done.output
    assert "access-mine.log.gz: 200 lines, 2026-03-02 08:00:00 to 2026-03-02 16:00:00 UTC" in done.output
    assert "50%" in done.output


def test_a_group_that_is_not_there_is_one_line(folder: Path) -> None:
    (folder / "mine.toml").write_text((folder / "mine.toml").read_text().replace('name = "', 'name = "other-'))
    done = CliRunner().invoke(fetch_log.app, ["mine", "1h"])
    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr == (
        "log group spillway/other-api/other-test/access-log: AWS has no such log group: deploy the environment with "
        "observability.account_role set, which creates it\n"
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (NoCredentialsError(), "no AWS credentials were found: log in (`aws sso login`, `aws configure`), or set"),
        (ProfileNotFound(profile="x"), "The config profile (x) could not be found: choose another aws.profile or"),
        (EndpointConnectionError(endpoint_url="https://a.b"), "AWS cannot be reached: Could not connect to the endpoi"),
        (ClientError({"Error": {"Code": "ExpiredTokenException"}}, "FilterLogEvents"), "the AWS credentials have expi"),
        (
            ClientError({"Error": {"Code": "AccessDeniedException", "Message": "not\nyou"}}, "FilterLogEvents"),
            "AWS refused the call: AccessDeniedException: not you\n",
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_an_error_of_aws_is_one_line_that_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fails(*_: object) -> None:
        raise error

    monkeypatch.setattr(fetch_log, "_client", fails)
    file = write(tmp_path, MINIMAL, "mine")
    done = CliRunner().invoke(fetch_log.app, [str(file)])
    assert (done.exit_code, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert done.stderr.startswith(f"log group spillway/api/test/access-log: {said}")
