"""The steps of one deploy. Each step is announced before it runs."""

from collections.abc import Callable

from deploy.plan import Plan
from deploy.terraform import Terraform
from settings.captured import DEPLOYMENT, STAGE

Say = Callable[[str], object]


class DeployError(Exception):
    """The reason why the deploy stops, in one or more lines."""


def deploy(terraform: Terraform, *, agree: Callable[[], bool], say: Say) -> None:
    """Plan, ask, apply, and continue until the stage serves the configuration.

    Terraform alone does not achieve that: it creates the new deployment before it destroys what was removed from the
    configuration, and it deletes an integration that it has just replaced. docs/deploying.md lists the changes that
    need this.

    Raises DeployError and TerraformFailedError.
    """
    terraform.init()
    plan = terraform.plan()
    if plan.changes_nothing and plan.check in {"pass", "absent"}:
        say(f"Nothing to do. {_served(plan)}")
        return
    for line in explain(plan):
        say(line)
    if not agree():
        raise DeployError("Not deployed: nothing was changed.")
    if not plan.changes_nothing:
        _apply(terraform, plan, say)
    if plan.left_behind or plan.check == "fail":
        _redeploy(terraform, plan, say)
    _verify(terraform, say)


def explain(plan: Plan) -> list[str]:
    """What needs more than one apply, and why."""
    lines = []
    if plan.replaced_integrations:
        lines.append(
            f"Replaced integrations: {', '.join(plan.replaced_integrations)}. AWS has one integration per method, so "
            "Terraform would delete each one right after it created it. Instead, Terraform first forgets them "
            "(terraform state rm) and then creates them again, which overwrites them. Callers notice nothing."
        )
    if plan.left_behind:
        lines.append(
            f"Destroyed: {', '.join(plan.left_behind)}. Terraform creates the new deployment before it destroys these, "
            "so the stage would continue to serve them. A second deployment follows the first."
        )
    if plan.check == "fail":
        lines.append("The stage does not serve what the environment file configures. A new deployment fixes that.")
        lines += plan.problems
    return lines


def _apply(terraform: Terraform, plan: Plan, say: Say) -> None:
    if plan.replaced_integrations:
        say("Removing the replaced integrations from the state, and planning again.")
        terraform.forget([*plan.replaced_integrations, *plan.replaced_responses])
        _refuse_surprises(terraform.plan(quiet=True).beyond(plan))
    terraform.apply()


def _redeploy(terraform: Terraform, plan: Plan, say: Say) -> None:
    say("Creating a deployment of the current resources.")
    again = terraform.plan(f"-replace={DEPLOYMENT}", quiet=True)
    allowed = {DEPLOYMENT, STAGE, *plan.replaced_integrations, *plan.replaced_responses}
    _refuse_surprises(tuple(address for address in again.actions if address not in allowed))
    terraform.apply()


def _refuse_surprises(addresses: tuple[str, ...]) -> None:
    if addresses:
        raise DeployError(
            f"Stopped: Terraform would now also change {', '.join(addresses)}, which you have not agreed to. "
            "Run make deploy again."
        )


def _verify(terraform: Terraform, say: Say) -> None:
    """Raise DeployError unless the stage serves the configuration."""
    plan = terraform.plan(quiet=True)
    if plan.check == "fail":
        raise DeployError(
            "\n".join(["The stage still serves something else than the environment file configures.", *plan.problems])
        )
    if plan.unfinished:
        raise DeployError(f"The next plan would still change {', '.join(plan.unfinished)}. Run make deploy again.")
    if plan.check in {"error", "unknown"}:
        raise DeployError(
            "\n".join(["Terraform could not compare what the stage serves with the configuration.", *plan.problems])
        )
    if plan.actions:
        say(f"The next plan would still change {', '.join(plan.actions)}.")
    say(f"Deployed. {_served(plan)}")


def _served(plan: Plan) -> str:
    if plan.check == "absent":
        return "stage.check_export is off, so Spillway has not compared what the stage serves."
    return "The stage serves what the environment file configures."
