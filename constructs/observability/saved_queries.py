"""Queries saved in the CloudWatch console."""

from collections.abc import Mapping, Sequence

from cdktf_cdktf_provider_aws.cloudwatch_query_definition import CloudwatchQueryDefinition
from constructs import Construct

from constructs.terraform.address import place


class SavedQueries(Construct):
    """Creates an `aws_cloudwatch_query_definition` for each query of these log groups, in a folder for the stage."""

    def __init__(
        self, scope: Construct, id: str, *, folder: str, log_groups: Sequence[str], queries: Mapping[str, str]
    ) -> None:
        super().__init__(scope, id)
        for name, query in queries.items():
            place(
                CloudwatchQueryDefinition,
                self,
                name.replace("-", "_"),
                name=f"{folder}/{name}",
                log_group_names=list(log_groups),
                query_string=query,
            )
