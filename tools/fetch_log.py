"""`make fetch-log ENV=prod SINCE=7d`: downloads the access log of a deployed stage from CloudWatch, for `review
replay`.

Calls FilterLogEvents for one hour after the other, page by page. Downloaded pages are kept, so that the same command
continues after an interruption.
https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_FilterLogEvents.html, read 2026-11.
"""

import gzip
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError

from review.environment_file import read
from review.refusal import ReviewError
from settings.aws import Aws
from settings.aws_error import aws_error
from settings.problem import EnvironmentFileError
from settings.watched import access_log_group

_HOUR_MS = 3_600_000
_UNITS = {"m": 60_000, "h": _HOUR_MS, "d": 24 * _HOUR_MS, "w": 7 * 24 * _HOUR_MS}
_AGO = re.compile(r"(\d+)([mhdw])")

Progress = Callable[[float, int], None]
"""Called with the share of the time that is done, and the number of lines so far."""

app = typer.Typer(
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


_MISSING = "AWS has no such log group: deploy the environment with observability.account_role set, which creates it"


class FetchError(Exception):
    """Why a log cannot be downloaded, in one line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Done:
    """The progress, as stored next to the file."""

    group: str
    start: int
    """Milliseconds since 1970, like all times here."""

    end: int
    at: int
    """Start of the hour that is being downloaded."""

    token: str = ""
    """Token of its next page."""

    size: int = 0
    """Length of the complete part of the file, in bytes."""

    size_at: int = 0
    """The same at the beginning of the hour."""

    lines: int = 0
    lines_at: int = 0


@app.command()
def main(
    given: Annotated[
        str, typer.Argument(metavar="ENVIRONMENT", help="A name in the folder environments, or a .toml file.")
    ],
    since: Annotated[str, typer.Argument(metavar="SINCE", help="7d, 12h, 30m, or an ISO 8601 time.")] = "7d",
    until: Annotated[str, typer.Option(help="In the same forms. Default: now.")] = "",
    file: Annotated[Path | None, typer.Option(help="Default: access-ENVIRONMENT.log.gz.")] = None,
) -> None:
    """Download a stage's access log into a gzip file. The same command continues after an interruption."""
    try:
        environment = read(given)
        to = file or Path(f"access-{environment.name}.log.gz")
        now = round(time.time() * 1000)
        start, end = moment(since, now), moment(until, now) if until else now
        with _progress() as on_progress:
            done = fetch(_client(environment.aws), access_log_group(environment), start, end, to, on_progress)
    except (ReviewError, EnvironmentFileError, FetchError, OSError) as error:
        print(error, file=sys.stderr)
        raise typer.Exit(1) from None
    except (BotoCoreError, ClientError) as error:
        reason = _MISSING if "ResourceNotFoundException" in str(error) else aws_error(error)
        print(f"log group {access_log_group(environment)}: {reason}", file=sys.stderr)
        raise typer.Exit(1) from None
    except KeyboardInterrupt:
        print("stopped; run the same command to continue", file=sys.stderr)
        raise typer.Exit(130) from None
    print(f"{to.as_posix()}: {done.lines:,} lines, {_shown(done.start)} to {_shown(done.end)} UTC")


def moment(text: str, now: int) -> int:
    """Milliseconds since 1970. Raises FetchError."""
    ago = _AGO.fullmatch(text)
    if ago:
        return now - int(ago[1]) * _UNITS[ago[2]]
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        raise FetchError(f"{text}: must be 7d, 12h, 30m, or a time such as 2026-03-02T08:00:00Z") from None
    return round((read if read.tzinfo else read.replace(tzinfo=UTC)).timestamp() * 1000)


def fetch(
    client: Any, group: str, start: int, end: int, to: Path, on_progress: Progress = lambda _, __: None
) -> Done:  # boto3 has no types
    """Download everything from start to end, page by page. Raises FetchError, ClientError."""
    if start >= end:
        raise FetchError(f"start {_shown(start)} UTC is not before the end, {_shown(end)} UTC")
    part, beside = to.with_name(f"{to.name}.part"), to.with_name(f"{to.name}.state")
    if to.exists():
        raise FetchError(f"{to.as_posix()} already exists: delete it, or name another file with --file")
    done = _known(beside, group, part) or Done(group=group, start=start, end=end, at=start)
    with part.open("ab") as file:
        file.truncate(done.size)
        _keep(beside, done)
        while done.at < done.end:
            try:
                done = _page(client, done, file)
            except ClientError as error:
                # A token is valid for a day.
                if not done.token or error.response.get("Error", {}).get("Code") not in _BAD_TOKEN:
                    raise
                done = replace(done, token="", size=done.size_at, lines=done.lines_at)
                file.truncate(done.size)
            _keep(beside, done)
            on_progress((done.at - done.start) / (done.end - done.start), done.lines)
    part.replace(to)
    beside.unlink(missing_ok=True)
    return done


_BAD_TOKEN = frozenset({"InvalidParameterException", "ValidationException"})


def _page(client: Any, done: Done, file: Any) -> Done:  # boto3 has no types
    """Download one more page."""
    until = min(done.at + _HOUR_MS, done.end)
    more = {"nextToken": done.token} if done.token else {}
    # AWS's endTime is inclusive.
    page = client.filter_log_events(logGroupName=done.group, startTime=done.at, endTime=until - 1, **more)
    lines = [_line(event["message"]) for event in page["events"]]
    if lines:
        file.write(gzip.compress("".join(lines).encode()))
        file.flush()
        os.fsync(file.fileno())
    done = replace(done, size=file.tell(), lines=done.lines + len(lines), token=page.get("nextToken") or "")
    return done if done.token else replace(done, at=until, size_at=done.size, lines_at=done.lines)


def _line(message: str) -> str:
    return " ".join(message.split("\n")).strip() + "\n"


def _known(beside: Path, group: str, part: Path) -> Done | None:
    """The progress of an earlier call."""
    if not (beside.is_file() and part.is_file()):
        return None
    try:
        done = Done(**json.loads(beside.read_text(encoding="utf-8")))
    except (ValueError, TypeError):
        raise FetchError(
            f"{beside.as_posix()}: cannot be read; delete it and {part.as_posix()} to start again"
        ) from None
    if done.group != group or part.stat().st_size < done.size:
        raise FetchError(f"{beside.as_posix()}: belongs to another log; delete it and {part.as_posix()} to start again")
    print(
        f"continuing the download of {_shown(done.start)} to {_shown(done.end)} UTC at {_shown(done.at)}, after "
        f"{done.lines:,} lines; delete {part.as_posix()} for another time",
        file=sys.stderr,
    )
    return done


def _keep(beside: Path, done: Done) -> None:
    """Write the whole file or leave it unchanged."""
    fresh = beside.with_name(f"{beside.name}.new")
    fresh.write_text(json.dumps(asdict(done)), encoding="utf-8")
    fresh.replace(beside)


def _client(aws: Aws) -> Any:  # boto3 has no types
    import boto3  # noqa: PLC0415  # takes half a second to import, and neither `--help` nor a refused file needs it
    from botocore.config import Config  # noqa: PLC0415  # the same

    made_up = {"aws_access_key_id": "emulator", "aws_secret_access_key": "emulator"} if aws.endpoint_url else {}
    session = boto3.Session(profile_name=aws.profile, region_name=aws.region, **made_up)
    # FilterLogEvents has a low rate limit for each account. botocore slows down by itself.
    config = Config(retries={"mode": "adaptive", "max_attempts": 10})
    if aws.assume_role is not None:
        external_id = {"ExternalId": aws.assume_role.external_id} if aws.assume_role.external_id else {}
        sts = session.client("sts", endpoint_url=aws.endpoints.get("sts", aws.endpoint_url))
        role = sts.assume_role(
            RoleArn=aws.assume_role.role_arn,
            RoleSessionName=aws.assume_role.session_name or "spillway-fetch-log",
            **external_id,
        )["Credentials"]
        session = boto3.Session(
            region_name=aws.region,
            aws_access_key_id=role["AccessKeyId"],
            aws_secret_access_key=role["SecretAccessKey"],
            aws_session_token=role["SessionToken"],
        )
    return session.client("logs", endpoint_url=aws.endpoints.get("logs", aws.endpoint_url), config=config)


@contextmanager
def _progress() -> Iterator[Progress]:
    """Show a progress bar on a terminal, otherwise a line for each tenth."""
    if not sys.stderr.isatty():
        yield _Tenths()
        return
    from rich.console import Console  # noqa: PLC0415  # only for a terminal
    from rich.progress import BarColumn, TextColumn, TimeRemainingColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    parts = (TextColumn("fetch"), BarColumn(), TextColumn("{task.fields[lines]:,} lines"), TimeRemainingColumn())
    with Bar(*parts, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("fetch", total=1.0, lines=0)
        yield lambda share, lines: bar.update(task, completed=share, lines=lines)


class _Tenths:
    def __init__(self) -> None:
        self._said = 0

    def __call__(self, share: float, lines: int) -> None:
        if int(share * 10) > self._said:
            self._said = int(share * 10)
            print(f"{share:.0%}, {lines:,} lines", file=sys.stderr)


def _shown(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S")


if __name__ == "__main__":
    app()
