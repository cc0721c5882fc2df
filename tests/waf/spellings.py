"""Spellings of a route's path that a router may match and a filter may miss."""

from collections.abc import Callable
from urllib.parse import quote

from hypothesis import strategies as st

VALUES = (
    "gpt",
    "a.b",
    "..",
    ".",
    "a/b",
    "../..",
    "x/../y",
    "/",
    "a\nb",
    "\n",
    "%2e",
    "ü",
    "a+b",
    "A",
    "...",
    "a;b",
    "\0",
)
NOISE = ("/", "/.", "/./", "/x/..", "/x/../", "/..", "//", "/a%2Fb/..", "/%2e", "/%2E%2e", "/y%2f..", "/%2e%2e%2f")


def _encoded(text: str) -> str:
    return "".join(f"%{byte:02x}" for byte in text.encode())


# What a client can send: line breaks and the like only encoded.
_AS_IT_IS = "/;+"
WRITINGS: tuple[Callable[[str], str], ...] = (
    lambda text: quote(text, safe=_AS_IT_IS),
    lambda text: quote(text, safe=_AS_IT_IS),
    lambda text: quote(text, safe=";+"),
    lambda text: quote(text, safe=""),
    lambda text: quote(text, safe="").lower(),
    lambda text: quote(text.swapcase(), safe=_AS_IT_IS),
    _encoded,
    lambda text: _encoded(text[:1]) + quote(text[1:], safe=_AS_IT_IS),
    lambda text: quote(text[:-1], safe=_AS_IT_IS) + _encoded(text[-1:]),
)
# In front of a part of the path: mostly one slash.
SEPARATORS = ("/", "/", "/", "/", "//", "%2F", *(noise + "/" for noise in NOISE))


@st.composite
def spelling(draw: st.DrawFn, route: str, mounts: tuple[str, ...]) -> str:
    """The route's path behind one of the mounts, with values for its variables, in a normal or an unusual spelling."""
    mount = draw(st.sampled_from(mounts))
    parts = [mount] * bool(mount) + [part for part in route.split("/") if part]
    separators = [draw(st.sampled_from(SEPARATORS)) for _ in parts] if draw(st.booleans()) else ["/"] * len(parts)
    text = ""
    for separator, part in zip(separators, parts, strict=True):
        value = draw(st.sampled_from(VALUES)) if part.startswith("{") else part
        text += separator + draw(st.sampled_from(WRITINGS))(value)
    text += draw(st.sampled_from(["", "", *NOISE]))
    return text if text.startswith("/") else f"/{text}"


any_path = st.lists(
    st.sampled_from(["/", "/", ".", "..", "%2e", "%2F", "%2f..", "v1", "V1", "chat", "models", "prod", "x", "%63hat"]),
    max_size=9,
).map(lambda parts: "/" + "".join(parts))
