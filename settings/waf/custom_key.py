"""`custom_keys`: which requests count as one client's with CUSTOM_KEYS.

AWS: "All of the request components in the aggregation keys must be present, otherwise the request is not evaluated or
limited". A caller who leaves the header out is therefore not limited by such a rule.
Source: https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-rate-based-aggregation-options.html
"""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from settings.base import Settings
from settings.throttling import word_or_table
from settings.waf.text_transformation import CANONICAL_PATH, NONE, TextTransformations

MOST_KEYS = 5

Fallback = Literal["MATCH", "NO_MATCH"]

# The provider: aws_wafv2_web_acl, custom_key.
_Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[\x21-\x7e]+$")]


class NamedKey(Settings):
    """A header, cookie or query argument."""

    name: _Name
    """Name of the header, cookie or query argument."""

    text_transformations: TextTransformations = NONE
    """Transformations that WAF applies to the value before it counts."""


class TransformedKey(Settings):
    """The query string."""

    text_transformations: TextTransformations = NONE
    """Transformations that WAF applies to the query string before it counts."""


class PathKey(Settings):
    """The path. By default `//Chat` and `/chat` are the same key."""

    text_transformations: TextTransformations = CANONICAL_PATH
    """Transformations that WAF applies to the path before it counts."""


class LabelKey(Settings):
    """The labels in one namespace that earlier rules added."""

    namespace: Annotated[str, Field(pattern=r"^[0-9A-Za-z_\-:]{1,1023}:$")]
    """The namespace. It ends in a colon."""


class FingerprintKey(Settings):
    """The fingerprint of the client's TLS handshake. AWS documents it for CloudFront and load balancers, but not for a
    stage.

    https://docs.aws.amazon.com/waf/latest/APIReference/API_JA4Fingerprint.html and API_RateLimitJA4Fingerprint.html,
    read 2026-11.
    """

    fallback_behavior: Fallback
    """For a request without a fingerprint: MATCH applies the rule's action, NO_MATCH does not apply the rule."""


class CustomKey(Settings):
    """One part of the key. A table has exactly one."""

    header: NamedKey | None = None
    cookie: NamedKey | None = None
    query_argument: NamedKey | None = None
    query_string: TransformedKey | None = None
    uri_path: PathKey | None = None
    label_namespace: LabelKey | None = None
    ja3_fingerprint: FingerprintKey | None = None
    ja4_fingerprint: FingerprintKey | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        if sum(value is not None for value in dict(self).values()) != 1:
            raise ValueError(
                "must contain exactly one of header, cookie, query_argument, query_string, uri_path, label_namespace, "
                'ja3_fingerprint, ja4_fingerprint; or be one of the words "ip", "forwarded_ip", "http_method", "asn"'
            )
        return self

    @property
    def kind(self) -> str:
        """The key's only entry, such as `header`."""
        return next(name for name, value in self if value is not None)

    @property
    def part(self) -> NamedKey | TransformedKey | LabelKey | FingerprintKey | PathKey:
        """The table of that entry."""
        value: NamedKey | TransformedKey | LabelKey | FingerprintKey | PathKey = getattr(self, self.kind)
        return value


Word = Literal["ip", "forwarded_ip", "http_method", "asn"]

AnyKey = Annotated[
    Annotated[Word, Tag("word")] | Annotated[CustomKey, Tag("table")],
    Discriminator(word_or_table),
]


def kind_of(key: Word | CustomKey) -> str:
    """The kind of the key: `header`, `ip`, ..."""
    return key if isinstance(key, str) else key.kind


def identity(key: Word | CustomKey) -> str:
    """What AWS accepts only once in a rule: one `ip`, one `uri_path`, each header once."""
    if isinstance(key, CustomKey):
        match key.part:
            case NamedKey(name=name):
                return f"{key.kind} {name.lower()}"
            case LabelKey(namespace=namespace):
                return f"{key.kind} {namespace}"
            case TransformedKey() | FingerprintKey() | PathKey():
                pass  # The kind says it all.
    return kind_of(key)


def what_callers_may_leave_out(key: Word | CustomKey) -> str | None:
    """The part of the request that a caller can omit to avoid a rule with that key. None if there is none."""
    if isinstance(key, str):
        return "the forwarding header" if key == "forwarded_ip" else None
    match key.part:
        case NamedKey(name=name):
            return f"{key.kind.replace('_', ' ')} {name}"
        case LabelKey(namespace=namespace):
            return f"a label of {namespace}"
        case FingerprintKey(fallback_behavior="NO_MATCH"):
            return "a TLS handshake that AWS can read"
        case TransformedKey():
            return "the query string"
        case FingerprintKey() | PathKey():
            return None


def what_callers_may_vary(key: Word | CustomKey, *, paths_vary: bool) -> str | None:
    """The part of the request that a caller can change with each request but not omit. None if there is none."""
    if isinstance(key, CustomKey):
        match key.part:
            case PathKey() if paths_vary:
                return "the variables of the path"
            case FingerprintKey(fallback_behavior="MATCH"):
                return "how it opens TLS"
            case PathKey() | FingerprintKey() | NamedKey() | TransformedKey() | LabelKey():
                pass
    return None


def tells_callers_apart(key: Word | CustomKey) -> bool:
    """False for a key that is the same for all callers of a route."""
    return kind_of(key) not in {"http_method", "uri_path", "label_namespace"}
