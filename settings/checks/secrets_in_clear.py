"""Keys and tokens in the file. Terraform's state and AWS show them to everyone who may read either."""

import re
from collections.abc import Iterator

from settings.checks.texts import texts_of
from settings.fields import EnvironmentFields
from settings.problem import Problem
from settings.secrecy import Where, looks_like_a_secret
from settings.waf.condition import HeaderIs, leaves

# Headers and variables that contain only secrets. In request_parameters they follow `header.` or `querystring.`.
_HOLDS_A_SECRET = re.compile(
    r"(.*[._-])?(authorization|cookie|api[_-]?key|key|token|secret|passw(or)?d|credentials?)", re.IGNORECASE
)
# A number, the name or address of a secret that is stored elsewhere, or a value from the request.
_REFERENCE = re.compile(r"[0-9.]*|arn:.*|/.*|\$?(method|context|stageVariables|integration)\..*", re.DOTALL)


def warned(environment: EnvironmentFields) -> Iterator[Problem]:
    """Every text that looks like a secret, or is in a field for secrets. None of them is printed."""
    for where, text in texts_of(environment):
        if looks_like_a_secret(text) or _is_kept_by_name(where, text):
            yield Problem(
                where,
                "looks like a secret, and would be in clear text in Terraform's state and AWS: move it to Secrets "
                "Manager, let the backend read it there, and replace the secret itself",
            )
    yield from _secrets_of_conditions(environment)


def _is_kept_by_name(where: Where, text: str) -> bool:
    match where:
        case ("routes", int(), "integration", "headers" | "environment" | "request_parameters", str(name)):
            return _HOLDS_A_SECRET.fullmatch(name) is not None and not _REFERENCE.fullmatch(text.strip("'"))
        case _:
            return False


def _secrets_of_conditions(environment: EnvironmentFields) -> Iterator[Problem]:
    """WAF compares requests with the value in its rule, so such a value cannot be stored elsewhere."""
    for index, rule in enumerate(environment.waf.rate_rules if environment.waf else ()):
        for leaf in leaves(rule.scope_down.condition(prefixes=(), stem="")) if rule.scope_down else ():
            if isinstance(leaf, HeaderIs) and _HOLDS_A_SECRET.fullmatch(leaf.name):
                yield Problem(
                    ("waf", "rate_rules", index, "scope_down"),
                    f"the value of {leaf.name} is in clear text in Terraform's state and in the web ACL: let few "
                    "people read them, and rotate the value",
                )
