"""Short forms of an environment file: `[defaults.integration]` for many routes, and `method = "ANY"` for six methods.

Both are expanded before anything is checked, so that the rest of the code has only plain routes. An environment that
uses them gives the same bytes as one that lists each route in full.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from settings.secrecy import Where

ANY = "ANY"

# API Gateway's own ANY has no throttle for each of its methods. OPTIONS is left out if [cors] answers it.
METHODS_OF_ANY = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

Table = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class WrittenOut:
    """The expanded table, and where in the file each part of it comes from."""

    table: Table
    refused: tuple[tuple[Where, str], ...] = ()
    """Defaults, and routes with `ANY`, that cannot be expanded: the place in the file, and why."""

    _sources: Mapping[Where, Where] = field(default_factory=dict)
    _file: Table = field(default_factory=dict)

    def place_of(self, where: Where) -> Where:
        """The place in the file that a place in the table comes from."""
        for length in range(len(where), 0, -1):
            if where[:length] in self._sources:
                where = (*self._sources[where[:length]], *where[length:])
                break
        match where:
            case ("routes", int(index), "integration", str(key), *more) if "defaults" in self._file:
                own = self._file["routes"][index].get("integration", {})
                default = self._file["defaults"]["integration"]
                # A key that both have is merged if it is a table. The keys below it then decide.
                for part in (key, *more):
                    if not isinstance(own, dict) or not isinstance(default, dict) or part not in default:
                        break
                    if part not in own:
                        return ("defaults", *where[2:])
                    own, default = own[part], default[part]
        return where


def written_out(file: Table) -> WrittenOut:
    """The expanded table of a file. It is the file itself if it has neither of the short forms."""
    routes = file.get("routes")
    if not isinstance(routes, list) or not all(isinstance(route, dict) for route in routes):
        # Their mistakes are reported elsewhere.
        return WrittenOut(table={key: value for key, value in file.items() if key != "defaults"})
    if "defaults" not in file and not any(_is_any(route) for route in routes):
        return WrittenOut(table=file)
    table = {key: value for key, value in file.items() if key != "defaults"}
    if "defaults" in file:
        if refused := tuple(_refused(file["defaults"], routes)):
            return WrittenOut(table=table, refused=refused)
        default = file["defaults"]["integration"]
        table["routes"] = routes = [_with_defaults(route, default) for route in routes]
    if any(_is_any(route) for route in routes):
        return _without_any(file, table, routes)
    return WrittenOut(table=table, _file=file)


def _refused(defaults: Any, routes: list[dict[str, Any]]) -> Iterator[tuple[Where, str]]:
    if not isinstance(defaults, dict):
        yield ("defaults",), "must be a table: write [defaults.integration]"
        return
    for key in defaults.keys() - {"integration"}:
        yield ("defaults", key), "unknown key; the only one is integration"
    where: Where = ("defaults", "integration")
    default = defaults.get("integration")
    if not isinstance(default, dict):
        yield where, "must be a table with the keys that routes have in common, including type"
        return
    if not isinstance(default.get("type"), str):
        yield (*where, "type"), "missing, and required: the defaults are for routes of one type"
        return
    own = [route.get("integration", {}) for route in routes if _takes(route, default)]
    if not own:
        yield where, "no route uses it: each has an integration of another type"
    for key in default.keys() - {"type"}:
        if own and all(key in each and not isinstance(each[key], dict) for each in own):
            yield (*where, key), "no route uses it: each has its own; remove it"


def _takes(route: dict[str, Any], default: Table) -> bool:
    """Whether the route's integration has that type, or has no type."""
    own = route.get("integration", {})
    return isinstance(own, dict) and own.get("type", default["type"]) == default["type"]


def _with_defaults(route: dict[str, Any], default: Table) -> dict[str, Any]:
    return {**route, "integration": _merged(default, route.get("integration", {}))} if _takes(route, default) else route


def _merged(default: Table, own: Table) -> dict[str, Any]:
    """The route's keys merged over the defaults. Tables are merged in the same way. Other values are replaced."""
    below = {
        key: _merged(value, own[key])
        for key, value in default.items()
        if isinstance(value, dict) and isinstance(own.get(key), dict)
    }
    return {**default, **own, **below}


def _is_any(route: dict[str, Any]) -> bool:
    return route.get("method") == ANY and isinstance(route.get("path"), str)


def _without_any(file: Table, table: dict[str, Any], routes: list[dict[str, Any]]) -> WrittenOut:
    """Each `ANY` replaced by the methods that the file does not list for that path."""
    sources: dict[Where, Where] = {}
    refused: list[tuple[Where, str]] = []
    single = {
        (route["method"], route["path"])
        for route in routes
        if isinstance(route.get("method"), str) and isinstance(route.get("path"), str)
    }
    plain: list[dict[str, Any]] = []
    stand_for: dict[str, list[str]] = {}
    for index, route in enumerate(routes):
        methods: list[Any] = [route.get("method")]
        if _is_any(route):
            path = route["path"]
            methods = [
                method
                for method in METHODS_OF_ANY
                if (method, path) not in single and not (method == "OPTIONS" and "cors" in file)
            ]
            stand_for[f"{ANY} {path}"] = [f"{method} {path}" for method in methods]
            if not methods:
                refused.append((("routes", index, "method"), "stands for no method: the file lists each of them"))
        for method in methods:
            sources["routes", len(plain)] = ("routes", index)
            plain.append({**route, "method": method} if _is_any(route) else route)
    table["routes"] = plain
    for where in _route_lists(table):
        sources |= _replace_at(table, where, stand_for)
    return WrittenOut(table=table, refused=tuple(refused), _sources=sources, _file=file)


def _route_lists(table: Table) -> Iterator[tuple[str | int, ...]]:
    """Each place where the file lists routes by `METHOD /path`."""
    yield ("throttling", "routes")
    for name in table["usage_plans"] if isinstance(table.get("usage_plans"), dict) else ():
        yield ("usage_plans", name, "routes")
    for index, _ in enumerate(table["token_limits"] if isinstance(table.get("token_limits"), list) else ()):
        yield ("token_limits", index, "routes")
    waf = table.get("waf")
    rules = waf.get("rate_rules") if isinstance(waf, dict) else None
    for index, _ in enumerate(rules if isinstance(rules, list) else ()):
        yield ("waf", "rate_rules", index, "routes")


def _replace_at(
    table: dict[str, Any], where: tuple[str | int, ...], stand_for: Mapping[str, list[str]]
) -> dict[Where, Where]:
    """Replace `ANY /path` there by the methods that are not listed themselves. Returns where each comes from.

    The tables on the way are copied, so the file's own tables do not change.
    """
    parent: Any = table
    for part in where[:-1]:
        try:
            parent[part] = parent[part].copy()
        except (KeyError, AttributeError):
            return {}
        parent = parent[part]
    named = parent.get("routes") if isinstance(parent, dict) else None
    sources: dict[Where, Where] = {}
    if isinstance(named, dict):
        parent["routes"] = kept = {}
        for key, value in named.items():
            for each in stand_for.get(key, [key]):
                if each == key or each not in named:
                    kept[each] = value
                    sources[(*where, each)] = (*where, key)
    elif isinstance(named, list) and all(isinstance(key, str) for key in named):
        listed = [
            (index, each)
            for index, key in enumerate(named)
            for each in stand_for.get(key, [key])
            if each == key or each not in named
        ]
        sources = {(*where, place): (*where, index) for place, (index, _) in enumerate(listed)}
        parent["routes"] = [each for _, each in listed]
    return sources
