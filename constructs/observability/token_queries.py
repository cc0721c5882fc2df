"""Queries of the logs of the functions in front of models, kept in the CloudWatch console."""

from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from cdktf_cdktf_provider_aws.cloudwatch_query_definition import CloudwatchQueryDefinition
from constructs import Construct

from constructs.observability import queries
from constructs.terraform.address import Address, place
from settings.environment import Environment
from settings.token_limits.covering import metered_routes


class TokenQueries(Construct):
    """Creates an `aws_cloudwatch_query_definition` for each question about tokens, over the logs of all functions."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id)
        logs = [
            Address.of(CloudwatchLogGroup, route.address).reference("name") for route in metered_routes(environment)
        ]
        for name, query in queries.OF_FUNCTIONS.items():
            place(
                CloudwatchQueryDefinition,
                self,
                name.replace("-", "_"),
                name=f"{environment.api.name}/{environment.stage.name}/{name}",
                log_group_names=logs,
                query_string=query,
            )
