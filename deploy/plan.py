"""How one Terraform plan changes what a stage serves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from settings.captured import CAPTURED, DEPLOYMENT, STAGE

CheckStatus = Literal["pass", "fail", "error", "unknown", "absent"]
"""Terraform's terms. `unknown`: the result depends on an apply. `absent`: `stage.check_export` is off."""

# These identify an integration in AWS. Two with the same values are one, whatever their Terraform addresses.
_IDENTITY = ("rest_api_id", "resource_id", "http_method")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The changes of a plan, as reported by `terraform show -json`.

    Source: https://developer.hashicorp.com/terraform/internals/json-format, read 2026-11.
    """

    actions: Mapping[str, tuple[str, ...]]
    """By address, without resources that stay the same or are only read."""

    replaced_integrations: tuple[str, ...]
    """Terraform would create the new integration first and then delete the old one. AWS sees them as one, so Terraform
    would delete the new one: hashicorp/terraform-provider-aws issue 21907."""

    replaced_responses: tuple[str, ...]
    """The integration responses of these, which AWS deletes when the new integration is created (issue 352 there)."""

    check: CheckStatus
    problems: tuple[str, ...]
    """The messages of the check in constructs/gateway/stage_check.py."""

    changes_outputs: bool

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> Self:
        """Read the output of `terraform show -json`."""
        changes = [change for change in shown.get("resource_changes", ()) if _changes_something(change)]
        replaced = [change for change in changes if _replaces_the_same_integration(change)]
        state = shown.get("prior_state", {}).get("values", {}).get("root_module", {}).get("resources", ())
        identities = [_identity(change["change"]["before"]) for change in replaced]
        checks = [check for check in shown.get("checks", ()) if check["address"].get("kind") == "check"]
        return cls(
            actions={change["address"]: tuple(change["change"]["actions"]) for change in changes},
            replaced_integrations=tuple(change["address"] for change in replaced),
            replaced_responses=tuple(
                resource["address"]
                for resource in state
                if resource["type"] == "aws_api_gateway_integration_response"
                and _identity(resource["values"]) in identities
            ),
            check=_worst(check["status"] for check in checks),
            problems=tuple(_problems(checks)),
            changes_outputs=any(change["actions"] != ["no-op"] for change in shown.get("output_changes", {}).values()),
        )

    @property
    def changes_nothing(self) -> bool:
        """Whether applying it would do nothing."""
        return not self.actions and not self.changes_outputs

    @property
    def left_behind(self) -> tuple[str, ...]:
        """Resources that Terraform destroys only after it has created the new deployment, which therefore still
        contains them.
        """
        return tuple(
            address
            for address, actions in self.actions.items()
            if "delete" in actions and _type(address) in CAPTURED and address not in self.replaced_integrations
        )

    @property
    def unfinished(self) -> tuple[str, ...]:
        """Resources of the API's definition, its deployment or its stage that the plan changes."""
        return tuple(
            address for address in self.actions if _type(address) in CAPTURED or address in {DEPLOYMENT, STAGE}
        )

    def beyond(self, agreed: Self) -> tuple[str, ...]:
        """Actions of this plan that were not in the plan that the user agreed to, apart from its replaced
        integrations.
        """
        forgotten = {*agreed.replaced_integrations, *agreed.replaced_responses}
        return tuple(
            address
            for address, actions in self.actions.items()
            if actions != agreed.actions.get(address) and not (address in forgotten and actions == ("create",))
        )


def _changes_something(change: Mapping[str, Any]) -> bool:
    return change["change"]["actions"] not in (["no-op"], ["read"])


def _replaces_the_same_integration(change: Mapping[str, Any]) -> bool:
    before, after = change["change"]["before"], change["change"]["after"]
    return (
        change["type"] == "aws_api_gateway_integration"
        and {"create", "delete"} <= set(change["change"]["actions"])
        and _identity(before) == _identity(after)
    )


def _identity(values: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(values.get(name) for name in _IDENTITY)


def _worst(statuses: Iterator[CheckStatus]) -> CheckStatus:
    found = set(statuses)
    ranked: tuple[CheckStatus, ...] = ("fail", "error", "unknown", "pass")
    return next((status for status in ranked if status in found), "absent")


def _problems(checks: list[Mapping[str, Any]]) -> Iterator[str]:
    for check in checks:
        for instance in check.get("instances", ()):
            for problem in instance.get("problems", ()):
                yield problem["message"]


def _type(address: str) -> str:
    return address.partition(".")[0]
