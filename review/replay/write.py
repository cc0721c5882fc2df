"""Writes chosen limits into a copy of an environment file. Its comments and order stay."""

import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import tomlkit
from pydantic import ValidationError
from tomlkit.items import InlineTable, Item, Table

from review.refusal import ReviewError
from review.replay.suggest import Candidate, Choice
from settings.environment import Environment
from settings.file_reference import PLACE, Place
from settings.file_schema import file_schema
from settings.problem import describe
from settings.waf.rate_rule import LOWEST_LIMIT


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """A copy of the file, and what Spillway's checks report about it."""

    text: str
    environment: Environment
    taken: tuple[tuple[Choice, Candidate], ...]
    refused: tuple[str, ...]
    """Limits that the checks refuse, and why. The copy does not have them."""

    warnings: tuple[str, ...]
    """Warnings that the original file does not have."""

    def lines(self) -> Iterator[str]:
        """The chosen limits alone, in the notation of the file."""
        of_plans: dict[str, list[str]] = {}
        for number, (choice, candidate) in enumerate(self.taken):
            lines = [f"{name} = {value}" for name, value in _numbers(candidate.setting).items()]
            match choice.layer:
                case "usage plan":
                    of_plans.setdefault(choice.name, []).append(f"throttle = {{ {', '.join(lines)} }}")
                    continue
                case "token limit":
                    of_plans.setdefault(choice.name, []).extend(lines)
                    continue
                case "WAF":
                    header = ["[[waf.rate_rules]]", f"name = {json.dumps(choice.name)}"]
                case _:
                    header = [f"[throttling.routes.{json.dumps(choice.name)}]"]
            yield from ("",) if number else ()
            yield from (*header, *lines)
        for plan, lines in of_plans.items():
            yield from ("", f"[usage_plans.{plan}]", *lines)


def with_limits(file: Path, chosen: Sequence[tuple[Choice, Candidate]]) -> Written:
    """The file's text with those chosen limits that the checks accept."""
    text = file.read_text(encoding="utf-8-sig")
    environment = _checked(text, file)
    before = {str(warning) for warning in environment.warnings()}
    taken, refused = [], []
    for choice, candidate in chosen:
        try:
            more = _with(text, choice, candidate)
            environment = _checked(more, file)
        except ValidationError as error:
            table = tomllib.loads(more)
            why = "; ".join(describe(detail, table, file_schema()) for detail in error.errors())
            refused.append(f"{choice.layer} {choice.name}: {why}")
        except _NoPlaceError as error:
            refused.append(f"{choice.layer} {choice.name}: {error}")
        else:
            text = more
            taken.append((choice, candidate))
    return Written(
        text=text,
        environment=_checked(text, file),
        taken=tuple(taken),
        refused=tuple(refused),
        warnings=tuple(words for each in environment.warnings() if (words := str(each)) not in before),
    )


def refuse_existing(to: Path) -> None:
    """Raises ReviewError if the file already exists: a long replay should not be in vain."""
    if to.exists():
        raise _already_exists(to)


def write(text: str, to: Path) -> None:
    """Write the file. Raises ReviewError if it already exists, or cannot be written."""
    try:
        with to.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        raise _already_exists(to) from None
    except OSError as error:
        raise ReviewError(f"--write {to.as_posix()}: cannot be written: {error.strerror}") from None


def _already_exists(file: Path) -> ReviewError:
    return ReviewError(f"--write {file.as_posix()}: already exists; name another file")


class _NoPlaceError(Exception):
    """The file has a value there that a number cannot replace."""


def _checked(text: str, file: Path) -> Environment:
    table = tomllib.loads(text)
    return Environment.model_validate({"name": file.stem, **table}, context={PLACE: Place.of(file.parent)})


def _with(text: str, choice: Choice, candidate: Candidate) -> str:
    document = tomlkit.parse(text)
    match choice.layer:
        case "WAF":
            return _with_rule(text, document, choice.name, candidate.setting)
        case "usage plan":
            plan: Any = document["usage_plans"]
            _set_throttle(plan[choice.name], "throttle", candidate.setting)
        case "token limit":
            of_plan: Any = document["usage_plans"]
            for name, value in _numbers(candidate.setting).items():
                of_plan[choice.name][name] = value
        case _:
            routes: Any = document["throttling"].get("routes")
            is_of_headers = isinstance(routes, Table) and routes.is_super_table()
            if routes is None or (is_of_headers and choice.name not in routes):
                lines = [f"{name} = {value}" for name, value in _numbers(candidate.setting).items()]
                return _appended(text, f"[throttling.routes.{json.dumps(choice.name)}]", lines)
            _set_throttle(routes, choice.name, candidate.setting)
    return tomlkit.dumps(document)


def _appended(text: str, header: str, lines: list[str]) -> str:
    """A separate table at the end. Between other tables it could separate a comment from its subject."""
    return "\n".join([text.rstrip("\n"), "", header, *lines, ""])


def _with_rule(text: str, document: tomlkit.TOMLDocument, name: str, setting: dict[str, float]) -> str:
    limit = int(setting["limit"])
    waf: Any = document.get("waf", {})
    if "web_acl_arn" in waf:
        raise _NoPlaceError("the web ACL is an existing one, whose rules are not in this file")
    for rule in waf.get("rate_rules", []):
        if rule["name"] == name:
            rule["limit"] = limit
            count_limit = rule.get("count_limit")
            if count_limit is not None and count_limit >= limit:
                # The tier that only counts comes before the one that stops.
                if limit > LOWEST_LIMIT:
                    rule["count_limit"] = max(LOWEST_LIMIT, limit * 4 // 5)
                else:
                    del rule["count_limit"]
            return tomlkit.dumps(document)
    window = int(setting["evaluation_window_sec"])
    lines = [f"name = {json.dumps(name)}", f"limit = {limit}", f"evaluation_window_sec = {window}"]
    return _appended(text, "[[waf.rate_rules]]", lines)


def _numbers(setting: dict[str, float]) -> dict[str, float]:
    return {name: int(value) if value == int(value) else value for name, value in setting.items()}


def _set_throttle(parent: Any, key: str, setting: dict[str, float]) -> None:  # tomlkit has no one type
    numbers = _numbers(setting)
    now: Item | None = parent.get(key)
    if isinstance(now, Table | InlineTable):
        for name, value in numbers.items():
            now[name] = value
        return
    parent[key] = tomlkit.value("{ " + ", ".join(f"{name} = {value}" for name, value in numbers.items()) + " }")
