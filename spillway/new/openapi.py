"""The operations of an OpenAPI document, as routes that API Gateway supports.

Reads OpenAPI 3 and Swagger 2.0 in JSON, which FastAPI, vLLM and LiteLLM serve at /openapi.json.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any, Self, get_args

from review.refusal import ReviewError
from settings.file_reference import text_of
from settings.route import Method

Document = Mapping[str, Any]

_METHODS = get_args(Method)
# The keys of a path item that are not methods: https://spec.openapis.org/oas/v3.1.1.html#path-item-object, read
# 2026-11. `query` is a method of 3.2. API Gateway supports neither it nor `trace`.
_NO_METHODS = frozenset({"$ref", "summary", "description", "servers", "parameters", "additionaloperations"})
_VARIABLE = re.compile(r"\{([^{}]*)\}")
_LITERAL = re.compile(r"(?!:[A-Za-z_])[A-Za-z0-9_.\-:]+")
# Paths of the APIs of OpenAI, Anthropic and Ollama whose response can stream, if the document describes no body.
_STREAMED = ("/chat/completions", "/completions", "/responses", "/messages", "/api/chat", "/api/generate")
# How many references to references are followed, because a document may be circular.
_DEEPEST = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Operation:
    """A method of a path."""

    method: str
    path: str
    """The path as API Gateway accepts it."""
    server_path: str
    """The path for the integration's URL: with the path's variables, and with its slash at the end if it has one."""
    streams: bool
    """Whether the response may come in chunks."""
    security: tuple[str, ...]
    """What the server requires, in words. Empty if nothing."""

    @property
    def key(self) -> str:
        """`POST /v1/chat/completions`."""
        return f"{self.method} {self.path}"

    def at(self, path: str) -> Self:
        """The same operation at a path whose variables have other names."""
        slash = "/" if self.server_path.endswith("/") and path != "/" else ""
        return replace(self, path=path, server_path=path.replace("+}", "}") + slash)


@dataclass(frozen=True, kw_only=True, slots=True)
class Operations:
    """The operations that a document describes."""

    title: str
    server: str
    """The URL of its first server, without a slash at the end. Only a path if it names no host."""
    operations: tuple[Operation, ...]
    left_out: tuple[str, ...]
    """What API Gateway does not support, and what became part of another route. One line each."""


def read_operations(file: Path, only: tuple[str, ...] = ()) -> Operations:
    """The operations whose path matches one of the patterns. Without patterns, all operations.

    Raises ReviewError for a file that is not an OpenAPI document, or that describes no operation.
    """
    document = _document(file)
    paths = document.get("paths")
    if not isinstance(paths, dict):
        raise ReviewError(f"{file.as_posix()}: is not an OpenAPI document: it has no paths")
    left_out: list[str] = []
    read = list(_read(document, paths, only, left_out))
    found = dict[str, Operation]()
    routable = _with_one_variable_a_place([each.path for _, each in read])
    for (words, unrouted), path in zip(read, routable, strict=True):
        routed = unrouted.at(path)
        if routed.key in found:
            left_out.append(f"{words}: is part of {routed.key}")
        elif unrouted.path.endswith("+}") and not path.endswith("+}"):
            left_out.append(f"{words}: only {path}, since another path has a variable of one part there")
        found.setdefault(routed.key, routed)
    if not found:
        where = f" whose path matches {' or '.join(only)}" if only else ""
        raise ReviewError(f"{file.as_posix()}: describes no operation{where} that API Gateway can have")
    title = _table(document.get("info")).get("title")
    return Operations(
        title=title if isinstance(title, str) else "",
        server=_server(document),
        operations=tuple(found.values()),
        left_out=tuple(left_out),
    )


def _read(
    document: Document, paths: Document, only: tuple[str, ...], left_out: list[str]
) -> Iterator[tuple[str, Operation]]:
    """Each operation in the document's order, with its route. Operations that cannot be a route are left out and
    listed.
    """
    for path, item in paths.items():
        if only and not any(fnmatchcase(path, pattern) for pattern in only):
            continue
        for method, operation in _methods(document, item):
            words = f"{method} {path}"
            if method not in _METHODS:
                left_out.append(f"{words}: API Gateway has no throttle for this method")
                continue
            try:
                yield words, _operation(document, method, path, operation)
            except ValueError as error:
                left_out.append(f"{words}: {error}")


def _document(file: Path) -> Document:
    if file.parts[:1] in {("http:",), ("https:",)}:
        raise ReviewError("--from: must be a file; download it first, with curl --output openapi.json and the URL")
    try:
        content = json.loads(text_of(file))
    except FileNotFoundError:
        raise ReviewError(f"{file.as_posix()}: no such file") from None
    except OSError as error:
        raise ReviewError(f"{file.as_posix()}: cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ReviewError(f"{file.as_posix()}: is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ReviewError(f"{file.as_posix()}: is not JSON: {error}; convert YAML to JSON first") from None
    except (ValueError, RecursionError) as error:
        raise ReviewError(f"{file.as_posix()}: cannot be read: {error}") from None
    if not isinstance(content, dict) or not {"openapi", "swagger"} & content.keys():
        raise ReviewError(f"{file.as_posix()}: is not an OpenAPI document: it names no version of OpenAPI")
    return content


def _methods(document: Document, item: object) -> Iterator[tuple[str, Document]]:
    for word, operation in _resolved(document, item).items():
        if word.lower() not in _NO_METHODS and not word.startswith("x-") and isinstance(operation, dict):
            yield word.upper(), operation


def _operation(document: Document, method: str, path: str, operation: Document) -> Operation:
    """Raises ValueError for a path that API Gateway does not support."""
    return Operation(
        method=method,
        path=gateway_path(path),
        # Only its slash at the end is needed, which API Gateway does not have: `at`.
        server_path=path,
        streams=_streams(document, method, path, operation),
        security=tuple(_security(document, operation)),
    )


def gateway_path(path: str) -> str:
    """`/models/{name}:predict` becomes `/models/{name}`: a variable of API Gateway is a whole part of a path.

    Starlette's `{rest:path}` becomes `{rest+}` at the end, and one part elsewhere. Raises ValueError.
    """
    if not path.startswith("/"):
        raise ValueError("the path does not start with a slash")
    # A slash in braces belongs to a pattern, not to the path.
    parts = [part for part in re.findall(r"(?:\{[^{}]*\}|[^/{}])+", path) if part]
    names = set[str]()
    routed = []
    for number, part in enumerate(parts, 1):
        if (variable := _VARIABLE.search(part)) is None:
            # A client takes these two as steps in the path.
            if part in {".", ".."} or not _LITERAL.fullmatch(part):
                raise ValueError(
                    f"{part!r} is not a path part of API Gateway: letters, digits, _ . - :, and no : first"
                )
            routed.append(part)
            continue
        name, _, kind = variable[1].partition(":")
        greedy = (kind == "path" or name.endswith("+")) and number == len(parts)
        name = _distinct(re.sub(r"[^A-Za-z0-9_.\-]", "_", name.removesuffix("+")) or "part", names)
        routed.append(f"{{{name}{'+' if greedy else ''}}}")
    return "/" + "/".join(routed)


def _distinct(name: str, taken: set[str]) -> str:
    number, distinct = 1, name
    while distinct in taken:
        number += 1
        distinct = f"{name}_{number}"
    taken.add(distinct)
    return distinct


def _with_one_variable_a_place(paths: list[str]) -> Iterator[str]:
    """The paths in a form that API Gateway supports together: each place has one variable, with one name.

    The first path decides the name. If one path has `{rest+}` and another `{name}`, both get `{name}`.
    """
    plain = {above for path in paths for above, part in _places(path) if part.startswith("{") and "+" not in part}
    names = dict[str, str]()
    for path in paths:
        routed, taken = "", set[str]()
        for above, part in _places(path):
            if not part.startswith("{"):
                routed += f"/{part}"
                continue
            if above not in names:
                names[above] = _distinct(part.strip("{}").removesuffix("+"), taken)
            taken.add(names[above])
            routed += f"/{{{names[above]}{'+' if '+' in part and above not in plain else ''}}}"
        yield routed or "/"


def _places(path: str) -> Iterator[tuple[str, str]]:
    """Each part, after the place that it has: what is above it, with any variable as `{}`."""
    above = ""
    for part in path.split("/")[1:]:
        if part:
            yield above, part
        above += "/{}" if part.startswith("{") else f"/{part}"


def _streams(document: Document, method: str, path: str, operation: Document) -> bool:
    if method not in {"POST", "PUT"}:
        return _answers_in_events(document, operation)
    bodies = _table(_resolved(document, operation.get("requestBody")).get("content")).values()
    schemas = [_table(body).get("schema") for body in bodies]
    parameters = operation.get("parameters")
    for parameter in parameters if isinstance(parameters, list) else ():
        resolved = _resolved(document, parameter)
        if resolved.get("in") == "body":
            schemas.append(resolved.get("schema"))
    described = [schema for schema in schemas if _resolved(document, schema)]
    if any(_has_stream(document, schema) for schema in described) or _answers_in_events(document, operation):
        return True
    named = any(_table(_resolved(document, schema)).get("properties") for schema in described)
    return not named and path.rstrip("/").endswith(_STREAMED)


def _has_stream(document: Document, schema: object, depth: int = 0) -> bool:
    resolved = _resolved(document, schema)
    if "stream" in _table(resolved.get("properties")):
        return True
    if depth == _DEEPEST:
        return False
    choices = [resolved.get(word) for word in ("allOf", "anyOf", "oneOf")]
    return any(_has_stream(document, each, depth + 1) for found in choices if isinstance(found, list) for each in found)


def _answers_in_events(document: Document, operation: Document) -> bool:
    responses = [_resolved(document, each) for each in _table(operation.get("responses")).values()]
    return any("text/event-stream" in _table(response.get("content")) for response in responses)


def _security(document: Document, operation: Document) -> Iterator[str]:
    """What the operation accepts as authentication. One of these is enough. Empty if it needs none."""
    asked = operation.get("security", document.get("security"))
    components = _table(document.get("components"))
    schemes = _table(components.get("securitySchemes")) or _table(document.get("securityDefinitions"))
    alternatives = asked if isinstance(asked, list) else []
    if {} in alternatives:
        return
    for alternative in alternatives:
        words = [_scheme(name, _resolved(document, schemes.get(name))) for name in _table(alternative)]
        yield " and ".join(words)


def _scheme(name: str, scheme: Document) -> str:
    where = {"header": "header", "query": "query parameter", "cookie": "cookie"}
    match scheme:
        case {"type": "http", "scheme": str(kind)}:
            return f"Authorization: {kind.title()}"
        case {"type": "basic"}:
            return "Authorization: Basic"
        case {"type": "apiKey", "in": str(place), "name": str(key)}:
            return f"the {where.get(place, place)} {key}"
        case {"type": "oauth2" | "openIdConnect"}:
            return "Authorization: Bearer, with a token of its identity provider"
        case _:
            return name


def _server(document: Document) -> str:
    servers = document.get("servers")
    if isinstance(servers, list) and servers:
        server = _table(servers[0])
        url = str(server.get("url", ""))
        for name, variable in _table(server.get("variables")).items():
            url = url.replace(f"{{{name}}}", str(_table(variable).get("default", "")))
        return url.rstrip("/")
    base, host = str(document.get("basePath", "")).rstrip("/"), document.get("host")
    schemes = document.get("schemes")
    scheme = "https" if not isinstance(schemes, list) or "https" in schemes else str(next(iter(schemes), "https"))
    return f"{scheme}://{host}{base}" if isinstance(host, str) else base


def _resolved(document: Document, value: object) -> Document:
    """The target of a reference within the document. An empty table if it leads out of the document or in a circle."""
    for _ in range(_DEEPEST):
        table = _table(value)
        reference = table.get("$ref")
        if not isinstance(reference, str):
            return table
        if not reference.startswith("#/"):
            return {}
        value = document
        for part in reference[2:].split("/"):
            value = _table(value).get(part.replace("~1", "/").replace("~0", "~"))
    return {}


def _table(value: object) -> Document:
    return value if isinstance(value, dict) else {}
