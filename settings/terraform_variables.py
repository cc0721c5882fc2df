"""The Terraform variables of an environment. None has a default, so that Terraform asks for what nobody has set."""

from settings.fields import EnvironmentFields
from settings.usage_plan import key_names


def key_variable(key: str) -> str:
    """The variable with the value of a key, by the stem of the key's Terraform names."""
    return f"api_key_value_{key}"


def terraform_variables(environment: EnvironmentFields) -> tuple[str, ...]:
    """`api_key_value_carol`, `alarm_emails`: each needs a value, in the shell `TF_VAR_api_key_value_carol`."""
    stems = key_names(environment.usage_plans)
    keys = [
        key_variable(stems[key.name])
        for plan in environment.usage_plans.values()
        for key in plan.keys
        if key.value == "variable"
    ]
    alarms = environment.observability.alarms
    subscriptions = [*alarms.subscriptions(pages=True), *alarms.subscriptions(pages=False)] if alarms else []
    return (*keys, *dict.fromkeys(name for name, email in subscriptions if email is None))
