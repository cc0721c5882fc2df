"""The steps of one deploy. Each is said before it is taken."""

from collections.abc import Callable

from deploy.plan import Plan
from deploy.terraform import Terraform
from settings.captured import DEPLOYMENT, STAGE

Say = Callable[[str], object]


class DeployError(Exception):
    """Why the deploy stops, in one line or more."""


def deploy(terraform: Terraform, *, agree: Callable[[], bool], say: Say) -> None:
    """Plan, ask, apply, and go on until the stage serves the configuration.

    Terraform alone does not get there: it cuts the new deployment before it destroys what left the configuration, and
    it deletes an integration that it has just replaced. docs/deploying.md says which changes are concerned.

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
    """What takes more than one apply, and why."""
    lines = []
    if plan.replaced_integrations:
        lines.append(
            f"Replaced integrations: {', '.join(plan.replaced_integrations)}. Terraform would delete each right after "
            "making it, since AWS knows one integration for a method. So Terraform forgets them first "
            "(terraform state rm) and makes them again, which overwrites them. Callers notice nothing of it."
        )
    if plan.left_behind:
        lines.append(
            f"Destroyed: {', '.join(plan.left_behind)}. Terraform cuts the new deployment before it destroys these, so "
            "the stage would go on serving them. A second deployment follows the first."
        )
    if plan.check == "fail":
        lines.append("The stage serves something else than the environment file names. A new deployment mends it.")
        lines += plan.problems
    return lines


def _apply(terraform: Terraform, plan: Plan, say: Say) -> None:
    if plan.replaced_integrations:
        say("Forgetting the replaced integrations, and planning again.")
        terraform.forget([*plan.replaced_integrations, *plan.replaced_responses])
        _refuse_surprises(terraform.plan(quiet=True).beyond(plan))
    terraform.apply()


def _redeploy(terraform: Terraform, plan: Plan, say: Say) -> None:
    say("Cutting a deployment of what is there now.")
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
        raise DeployError("\n".join(["The stage still serves something else.", *plan.problems]))
    if plan.unfinished:
        raise DeployError(f"The next plan would still change {', '.join(plan.unfinished)}. Run make deploy again.")
    if plan.check in {"error", "unknown"}:
        raise DeployError("\n".join(["What the stage serves could not be compared.", *plan.problems]))
    if plan.actions:
        say(f"The next plan would still change {', '.join(plan.actions)}.")
    say(f"Deployed. {_served(plan)}")


def _served(plan: Plan) -> str:
    if plan.check == "absent":
        return "stage.check_export is off, so nobody has compared what the stage serves."
    return "The stage serves what the environment file names."
