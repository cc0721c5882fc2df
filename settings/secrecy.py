"""Which values of an environment file may be shown: in a refusal, a warning, a review, a comment on a pull request.

A text is shown if its field is listed here and nothing in it looks like a key or a token. Fields that are not listed
are not shown, so a new setting is hidden until someone decides that everyone may read it.
"""

import re
from collections.abc import Iterator

Where = tuple[str | int, ...]

HIDDEN = "not shown"
"""What is shown instead of a value."""

# `*` is a key that the file's author chose, or a place in an array. Not listed are, for instance: `external_id`, the
# values of headers and of environment variables, templates and bodies, a pattern that tokens must match.
_SHOWN = """
    name
    aws.region aws.provider_version aws.allowed_account_ids.* aws.profile
    aws.assume_role.role_arn aws.assume_role.session_name aws.assume_role.duration
    backend.type backend.bucket backend.region backend.key backend.kms_key_id backend.profile
    backend.assume_role.role_arn backend.assume_role.session_name backend.assume_role.duration
    backend.organization backend.workspace backend.tags.* backend.project backend.hostname
    api.name api.description api.endpoint_type api.vpc_endpoint_ids.* api.binary_media_types.* api.key_source
    api.ip_address_type api.security_policy api.endpoint_access_mode
    stage.name stage.description stage.client_certificate
    routes.*.method routes.*.path routes.*.authorization routes.*.authorization_scopes.*
    routes.*.request.body_schema routes.*.request.required_parameters.*
    routes.*.integration.type routes.*.integration.response_transfer_mode routes.*.integration.drop_headers.*
    routes.*.integration.function_arn routes.*.integration.code routes.*.integration.runtime
    routes.*.integration.handler routes.*.integration.allow.*.actions.* routes.*.integration.allow.*.resources.*
    routes.*.integration.vpc_link_id routes.*.integration.load_balancer_arn routes.*.integration.subnet_ids.*
    routes.*.integration.security_group_ids.* routes.*.integration.endpoint_name routes.*.integration.model_id
    routes.*.integration.model_source routes.*.integration.api routes.*.integration.api.*
    routes.*.integration.models.* routes.*.integration.service routes.*.integration.action
    routes.*.integration.path routes.*.integration.integration_http_method routes.*.integration.role_arn
    authorizers.*.type authorizers.*.provider_arns.* authorizers.*.identity_source authorizers.*.identity_sources.*
    authorizers.*.function_arn
    cors.allow_origins.* cors.allow_methods.* cors.allow_headers.* cors.expose_headers.*
    resource_policy.source_ips.* resource_policy.source_vpc_endpoints.* resource_policy.source_vpcs.*
    resource_policy.accounts.*
    domain.domain_name domain.certificate_arn domain.base_path domain.security_policy domain.endpoint_access_mode
    domain.ip_address_type domain.mutual_tls.truststore_uri domain.mutual_tls.truststore_version
    domain.ownership_verification_certificate_arn
    tags.*
    throttling.routes.*
    rate_limit_response.message rate_limit_response.*.message
    usage_plans.*.description usage_plans.*.quota.period usage_plans.*.routes.* usage_plans.*.api_keys.*
    usage_plans.*.api_keys.*.name usage_plans.*.id
    token_limits.*.name token_limits.*.by token_limits.*.by.* token_limits.*.routes.* token_limits.*.models.*
    token_limits.*.mode token_limits.*.when_unavailable
    token_metering.count token_metering.mode token_metering.when_unavailable
    token_store.kms_key_arn
    waf.mode waf.scope waf.web_acl_arn waf.allow.* waf.block.*
    waf.managed_rule_groups.*.name waf.managed_rule_groups.*.vendor_name waf.managed_rule_groups.*.version
    waf.managed_rule_groups.*.preset waf.managed_rule_groups.*.mode waf.managed_rule_groups.*.overrides.*
    waf.managed_rule_groups.*.sensitivity_to_block
    waf.rate_rules.*.name waf.rate_rules.*.aggregate_key_type waf.rate_rules.*.action waf.rate_rules.*.routes.*
    waf.rate_rules.*.forwarded_ip.header_name waf.rate_rules.*.forwarded_ip.fallback_behavior
    waf.rate_rules.*.custom_keys.* waf.rate_rules.*.custom_keys.*.*.name
    waf.rate_rules.*.custom_keys.*.*.text_transformations.* waf.rate_rules.*.custom_keys.*.*.namespace
    waf.rate_rules.*.custom_keys.*.*.fallback_behavior
    waf.rate_rules.*.scope_down.path waf.rate_rules.*.scope_down.method waf.rate_rules.*.scope_down.header.name
    waf.rate_rules.*.scope_down.header.positional_constraint
    waf.rate_rules.*.scope_down.header.text_transformations.*
    waf.rate_rules.*.scope_down.ip_set waf.rate_rules.*.scope_down.ip_set.* waf.rate_rules.*.scope_down.country.*
    waf.rate_rules.*.scope_down.label
    observability.account_role observability.protected_headers.*
    observability.access_log observability.access_log.kms_key_arn
    observability.execution_log.level observability.execution_log.kms_key_arn
    observability.waf_log observability.waf_log.kms_key_arn
    observability.alarms.throttled_percent observability.alarms.server_error_percent
    observability.alarms.latency_p99_ms observability.alarms.integration_latency_p99_ms
    observability.alarms.waf_blocked_requests observability.alarms.near_limit_percent
    observability.alarms.limiter_unavailable
    observability.alarms.topic_arns.* observability.alarms.informational_topic_arns.*
    observability.alarms.emails observability.alarms.emails.*
    observability.alarms.informational_emails observability.alarms.informational_emails.*
    observability.alarms.kms_key_arn
    imports.*
"""

# A path or a query may contain a token, as webhooks do. Only the host is shown.
_URLS = """
    aws.endpoint_url aws.endpoints.* routes.*.integration.url rate_limit_response.docs_url
    rate_limit_response.*.docs_url
"""


def _patterns(listed: str) -> dict[int, list[tuple[str, ...]]]:
    found: dict[int, list[tuple[str, ...]]] = {}
    for line in listed.split():
        parts = tuple(line.split("."))
        found.setdefault(len(parts), []).append(parts)
    return found


_SHOWN_FIELDS, _URL_FIELDS = _patterns(_SHOWN), _patterns(_URLS)

_HOST = re.compile(r"(?P<host>https?://)(?:[^/@\s]*@)?(?P<rest>[A-Za-z0-9.-]+(?::\d{1,5})?)(?P<path>/[^@]*)?")

# The formats of OpenAI and Anthropic (sk-), Stripe, GitHub, GitLab, Slack, Hugging Face, AWS, Google, Groq, NVIDIA,
# xAI, Perplexity, Replicate, npm, SendGrid; JSON Web Tokens; PEM; the user name and password in a URL; and long runs of
# letters and digits, such as API Gateway's own keys (after `mrk-` such a run is the id of a KMS key).
_ISSUED = r"""
    (?<![A-Za-z0-9])(?:
        sk[-_][\w-]{3,} | [rp]k[-_](?=[\w-]*\d)[\w-]{6,} | gh[opsru]_\w{16,} | github_pat_\w{16,} | glpat-[\w-]{16,}
        | xox[a-z]-[\w-]{8,} | hf_[A-Za-z0-9]{16,} | A(?:KI|SI)A[A-Z0-9]{12,} | AIza[\w-]{20,} | gsk_\w{16,}
        | nvapi-[\w-]{16,} | xai-[\w-]{16,} | pplx-\w{16,} | r8_\w{16,} | npm_\w{16,} | SG\.[\w-]{16,}
        | eyJ[\w-]{8,}\.[\w.-]+ | (?i:bearer|basic)\s+(?=\S*\d)[\w.~+/=-]{6,}
        | (?<!mrk-)(?=[A-Za-z]*\d)(?=\d*[A-Za-z])[A-Za-z0-9]{28,}
    )
    | (?<![\w/+=])(?=\S*\d)(?=\S*[a-z])(?=\S*[A-Z])[A-Za-z0-9/+]{40}(?![\w/+=])
    | -----BEGIN[ ][A-Z ]+-----.*
    | (?<=://)[^/@\s]+(?=@)
"""
# Text that the file itself calls a secret. In a sentence of ours, these words do not name one.
_NAMED = r"""
    (?i:bearer|basic)\s+[\w.~+/=-]{16,} | (?i:api[_-]?key|token|secret|passw(?:or)?d)["']?\s*[=:]\s*["']?[^\s"'&]{3,}
"""
_KEY_OR_TOKEN = re.compile(_ISSUED, re.VERBOSE | re.DOTALL)
_KEY_OR_TOKEN_IN_A_VALUE = re.compile(f"{_ISSUED} | {_NAMED}", re.VERBOSE | re.DOTALL)


def may_be_shown(where: Where) -> bool:
    """Whether everyone may read the field at that place, unless its value looks like a secret.

    `("routes", 0, "path")` or `("routes", "POST /v1/chat", "path")`: a place in an array, or a name in its place.
    """
    return _is_listed(where, _SHOWN_FIELDS)


def shown_value(where: Where, value: object) -> object:
    """The value, or `HIDDEN`. For a URL, its host. The field has accepted `value`, so a number is not a secret.

    A table or an array is shown if everything in it may be shown.
    """
    match value:
        case str() if _is_listed(where, _URL_FIELDS):
            match = _HOST.fullmatch(value)
            short = (
                f"{match['host']}{match['rest']}{'/...' if match['path'] not in {None, '/'} else ''}" if match else ""
            )
            shown = short if short and not looks_like_a_secret(short) else HIDDEN
            return value if shown == value.removesuffix("/") else shown
        case str():
            return value if may_be_shown(where) and not looks_like_a_secret(value) else HIDDEN
        case dict():
            inner = [((*where, str(key)), each) for key, each in value.items()]
            return value if all(shown_value(*each) == each[1] for each in inner) else HIDDEN
        case list() | tuple():
            inner = [((*where, index), each) for index, each in enumerate(value)]
            return value if all(shown_value(*each) == each[1] for each in inner) else HIDDEN
        case _:
            return value


def looks_like_a_secret(text: str) -> bool:
    """Whether a part of it looks like a key, a token or a password."""
    return _KEY_OR_TOKEN_IN_A_VALUE.search(text) is not None


def without_secrets(text: str) -> str:
    """A line for printing, with `not shown` in place of everything that looks like a key or a token."""
    return _KEY_OR_TOKEN.sub(HIDDEN, text)


def shown_fields() -> tuple[str, ...]:
    """All fields that are shown, such as `waf.rate_rules.*.name`. For a URL, only the host is shown."""
    return tuple((_SHOWN + _URLS).split())


def _is_listed(where: Where, fields: dict[int, list[tuple[str, ...]]]) -> bool:
    # What routes have in common may be read by everyone who may read it in a route.
    of_routes: Where = ("routes", 0, *where[1:]) if where[:2] == ("defaults", "integration") else where
    parts = tuple(_without_nesting(of_routes))
    return any(
        all(part in {"*", found} for part, found in zip(pattern, parts, strict=True))
        for pattern in fields.get(len(parts), ())
    )


def _without_nesting(where: Where) -> Iterator[str]:
    """The place without nested conditions: `scope_down.and[0].not.path` follows the rule of `scope_down.path`."""
    scoped = nested = False
    for part in map(str, where):
        if nested and part.isdecimal():
            nested = False
            continue
        nested = scoped and part in {"and", "or"}
        if not nested and not (scoped and part == "not"):
            yield part
        scoped = scoped or part == "scope_down"
