"""Writes an environment file from a template, or with a route for each operation of an OpenAPI document."""

import ipaddress
import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from review.refusal import ReviewError
from settings.private_host import is_private
from settings.problem import EnvironmentFileError
from settings.read import environments_folder, read_environment
from spillway.new.openapi import Operation, Operations, read_operations

TEMPLATES = Path(__file__).parent / "templates"
PLACEHOLDER = "https://llm.example.com"
SCHEMA = "environment.schema.json"

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")
_READS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Backend:
    """The routes of a new file, and their backend."""

    template: str
    openapi: Path | None
    """An OpenAPI document, instead of the template."""
    url: str
    """The backend's URL. Empty: the one in the document, or a placeholder."""
    only: tuple[str, ...]
    """Patterns of the document's paths. Empty: all paths."""
    region: str


def write_environment(name: str, backend: Backend, folder: Path | None = None, *, api: str = "") -> list[str]:
    """Write NAME.toml, and return notes about it. The default of `folder` is the one that ENVIRONMENTS names.

    `api` is the API's name. Default: the environment's name. Raises ReviewError for an invalid name, an existing file
    and an unusable document, and EnvironmentFileError for a file that would be refused. That file is not kept.
    """
    folder = folder or environments_folder()
    given = Path(name)
    name = given.name.removesuffix(".toml") if given.parent in {Path(), folder} else name
    file = folder / f"{name}.toml"
    if not NAME.fullmatch(name):
        raise ReviewError(f"{name}: must begin with a letter and have only letters, digits, - and _")
    if file.exists():
        raise ReviewError(f"{file.as_posix()}: exists already; choose another name, or edit it")
    host = urlsplit(backend.url).hostname or ""
    # The URL of a private backend is not looked up: the VPC link leads to the load balancer.
    if host and is_private(host) and not (backend.openapi is None and backend.template == "private"):
        raise ReviewError(
            f"--url: API Gateway calls it from AWS over the internet, and does not reach {host}; use a public address, "
            "or --template private for a server in your VPC"
        )
    text, notes = _text(api or name, backend)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(_schema_line(folder) + text, encoding="utf-8")
    except OSError as error:
        raise ReviewError(f"{file.as_posix()}: cannot be written: {error.strerror}") from None
    try:
        warnings = read_environment(file).warnings()
    except EnvironmentFileError:
        file.unlink()
        raise
    return [f"wrote {file.as_posix()}", *notes, *(f"warning: {name}: {warning}" for warning in warnings)]


def _text(name: str, backend: Backend) -> tuple[str, list[str]]:
    """The file without its first line, and notes for its author."""
    if backend.openapi is None:
        if backend.only:
            raise ReviewError("--only needs --from, an OpenAPI document")
        template = (TEMPLATES / f"{backend.template}.toml").read_text(encoding="utf-8")
        if backend.url and "@url@" not in template:
            raise ReviewError(f"--url: the template {backend.template} has no server; vllm and private have one")
        notes = _of_placeholder(template, backend.url)
        if backend.template == "private":
            notes.append("the load balancer, the subnets and the security group are placeholders: name your own")
        return _filled(template, name, backend, backend.url or PLACEHOLDER), notes
    document = read_operations(backend.openapi, backend.only)
    url = _server_url(document.server, backend.url)
    notes = _of_placeholder("@url@", url)
    notes += [f"left out: {_in_one_line(line)}" for line in document.left_out]
    text = "\n".join(_lines(name, backend.openapi.name, document, url or PLACEHOLDER, backend.region))
    return text + "\n", notes


def _filled(template: str, name: str, backend: Backend, url: str) -> str:
    area = backend.region.partition("-")[0]
    values = {"name": name, "region": backend.region, "url": url.rstrip("/"), "area": "eu" if area == "eu" else "us"}
    return re.sub(r"@(name|region|url|area)@", lambda match: values[match[1]], template)


def _of_placeholder(text: str, url: str) -> list[str]:
    if url or "@url@" not in text:
        return []
    return [f"{PLACEHOLDER} is a placeholder: put the address of your server in its place, or name it with --url"]


def _schema_line(folder: Path) -> str:
    """The line with which editors check the file. The schema is next to the folder in a project, and in docs in
    Spillway's own checkout.
    """
    found = next((each for each in (folder.parent / SCHEMA, folder.parent / "docs" / SCHEMA) if each.is_file()), None)
    return f"#:schema {Path(os.path.relpath(found, folder)).as_posix()}\n" if found else ""


def _server_url(server: str, given: str) -> str:
    """The address that API Gateway is to call. Empty if no given address can be reached by it."""
    if given:
        # The document's paths are relative to its server, which may have a path too.
        path = urlsplit(server).path if not urlsplit(given).path.strip("/") else ""
        return given.rstrip("/") + path.rstrip("/")
    parts = urlsplit(server)
    return server if parts.scheme in {"http", "https"} and _is_public(parts.hostname or "") else ""


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not host.endswith((".localhost", ".local", ".internal"))


def _lines(name: str, file: str, document: Operations, url: str, region: str) -> Iterator[str]:
    operations = document.operations
    # If the server reads the Authorization header, the header belongs to it. The usage plan's key is then in x-api-key.
    asked = " ".join(words for operation in operations for words in operation.security)
    reads_authorization = "authorization" in asked.lower()
    dropped = ["x-api-key"] if reads_authorization else ["Authorization", "x-api-key"]
    yield f"# {_quotable(document.title) or 'The service'}: the routes of {_quotable(file)}."
    yield "# Every limit is a first guess: `spillway size` and `spillway replay` find better ones."
    yield "# Anyone with a key can call every route of this file. Remove those that callers should not have."
    yield "[aws]"
    yield f"region = {_quoted(region)}"
    yield ""
    yield "[api]"
    yield f"name = {_quoted(name)}"
    if reads_authorization:
        yield "# The server reads Authorization, so it goes through. Callers send the key of their plan as x-api-key."
    else:
        yield 'key_source = "BEARER"  # API keys as SDKs send them, in Authorization; the server does not see them'
    yield ""
    yield "[stage]"
    yield 'name = "prod"'
    yield ""
    yield "# Of all callers together, for routes without limits of their own."
    yield "[throttling]"
    yield "rate_limit = 50"
    yield "burst_limit = 100"
    yield ""
    yield "# Of all callers of a route together."
    yield "[throttling.routes]"
    for operation in operations:
        limits = (
            "rate_limit = 20, burst_limit = 40" if operation.method in _READS else "rate_limit = 5, burst_limit = 10"
        )
        yield f"{_quoted(operation.key)} = {{ {limits} }}"
    for operation in operations:
        yield ""
        yield from _route(operation, url, dropped)
    yield ""
    yield "# Each key has its own throttle and quota. AWS creates the keys' values: sensitive outputs of Terraform."
    yield "[usage_plans.clients]"
    yield "throttle = { rate_limit = 1, burst_limit = 5 }"
    yield 'quota = { limit = 10_000, period = "DAY" }'
    yield 'api_keys = ["first-client"]'
    yield ""
    yield "[[waf.rate_rules]]"
    yield 'name = "per-ip"'
    yield "limit = 120"
    yield "evaluation_window_sec = 60"


def _route(operation: Operation, url: str, dropped: list[str]) -> Iterator[str]:
    if operation.security:
        yield f"# The server requires {_quotable(' or '.join(operation.security))}."
    asked = {words.rpartition(" ")[2].lower() for words in operation.security if words.startswith("the header ")}
    kept = [header for header in dropped if header.lower() not in asked]
    yield "[[routes]]"
    yield f"method = {_quoted(operation.method)}"
    yield f"path = {_quoted(operation.path)}"
    # A browser sends a preflight without a key.
    if operation.method != "OPTIONS":
        yield "api_key_required = true"
    yield 'integration.type = "http"'
    yield f"integration.url = {_quoted(url + operation.server_path)}"
    if kept:
        yield f"integration.drop_headers = {_quoted(kept)}"
    if operation.streams:
        yield 'integration.response_transfer_mode = "STREAM"'
        yield "integration.timeout_milliseconds = 300_000"


def _quotable(text: str) -> str:
    """Text for a comment, which ends at the end of its line."""
    return _in_one_line(text).strip()[:100]


def _in_one_line(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)


def _quoted(value: str | list[str]) -> str:
    """The value in TOML, which writes texts and lists of them as JSON does."""
    return json.dumps(value, ensure_ascii=False)
