"""Queries saved in the CloudWatch console."""

from collections.abc import Mapping

from cdktf_cdktf_provider_aws.cloudwatch_query_definition import CloudwatchQueryDefinition
from constructs import Construct

from constructs.observability.log_group import LogGroup
from constructs.terraform.address import place


class SavedQueries(Construct):
    """Creates an `aws_cloudwatch_query_definition` for each query of one log group, in a folder for the stage."""

    def __init__(
        self, scope: Construct, id: str, *, folder: str, log_group: LogGroup, queries: Mapping[str, str]
    ) -> None:
        super().__init__(scope, id)
        for name, query in queries.items():
            place(
                CloudwatchQueryDefinition,
                self,
                name.replace("-", "_"),
                name=f"{folder}/{name}",
                log_group_names=[log_group.name],
                query_string=query,
            )
