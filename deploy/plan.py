"""What one Terraform plan would do to what a stage serves."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from settings.captured import CAPTURED, DEPLOYMENT, STAGE

CheckStatus = Literal["pass", "fail", "error", "unknown", "absent"]
"""Terraform's words. `unknown`: it waits for an apply. `absent`: `stage.check_export` is off."""

# What names an integration to AWS. Two of the same are one, whatever Terraform calls them.
_IDENTITY = ("rest_api_id", "resource_id", "http_method")


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """The changes of a plan, as `terraform show -json` says them.

    Source: https://developer.hashicorp.com/terraform/internals/json-format, read 2026-11.
    """

    actions: Mapping[str, tuple[str, ...]]
    """By address, without what stays as it is and what is only read."""

    replaced_integrations: tuple[str, ...]
    """Terraform would make the new integration first and then delete the old one. To AWS the two are one, so it would
    delete the new one: hashicorp/terraform-provider-aws issue 21907."""

    replaced_responses: tuple[str, ...]
    """The integration responses of these, which are wiped when the new integration is made (issue 352 there)."""

    check: CheckStatus
    problems: tuple[str, ...]
    """What the check of constructs/gateway/stage_check.py says."""

    changes_outputs: bool

    @classmethod
    def of(cls, shown: Mapping[str, Any]) -> Self:
        """The plan of `terraform show -json`."""
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
        """An apply of it would do nothing."""
        return not self.actions and not self.changes_outputs

    @property
    def left_behind(self) -> tuple[str, ...]:
        """What Terraform destroys only after it has made the new deployment, which therefore still has it."""
        return tuple(
            address
            for address, actions in self.actions.items()
            if "delete" in actions and _type(address) in CAPTURED and address not in self.replaced_integrations
        )

    @property
    def unfinished(self) -> tuple[str, ...]:
        """What would change of the API's definition, of its deployment or of its stage."""
        return tuple(
            address for address in self.actions if _type(address) in CAPTURED or address in {DEPLOYMENT, STAGE}
        )

    def beyond(self, agreed: Self) -> tuple[str, ...]:
        """What this plan does and the one that was agreed to did not, once its replaced integrations are forgotten."""
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
