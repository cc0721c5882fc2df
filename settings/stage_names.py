"""Names in AWS of what belongs to a stage, made from the API's and the stage's names."""

from settings.fields import EnvironmentFields


def stage_stem(environment: EnvironmentFields) -> str:
    """`api-prod`, with which the names of its alarms, topics and table begin."""
    return f"{environment.api.name}-{environment.stage.name}"


def topic_name(stem: str, *, pages: bool) -> str:
    """The name of the topic that Spillway creates for the alarms that page, or for the informational ones."""
    return f"{stem}-alarms" if pages else f"{stem}-informational-alarms"


def token_table_name(environment: EnvironmentFields) -> str:
    """The name of the table in which functions count tokens."""
    return f"{stage_stem(environment)}-token-limits"


def queries_folder(environment: EnvironmentFields) -> str:
    """`api/prod`, the folder of its saved queries in the CloudWatch console."""
    return f"{environment.api.name}/{environment.stage.name}"
