"""The stage's own logs, which must exist before the stage."""

from cdktf_cdktf_provider_aws.api_gateway_stage import ApiGatewayStageAccessLogSettings
from constructs import Construct

from constructs.gateway.rest_api import RestApi
from constructs.observability import queries
from constructs.observability.cloudwatch_role import CloudwatchRole
from constructs.observability.limit_metrics import LimitMetrics
from constructs.observability.log_group import LogGroup
from constructs.observability.saved_queries import SavedQueries
from constructs.terraform.address import Address
from settings.environment import Environment
from settings.metrics import limited_namespace
from settings.observability.access_log import access_log_format
from settings.stage_names import queries_folder
from settings.watched import (
    access_log,
    access_log_group,
    execution_log_group,
    has_limit_metrics,
    has_saved_queries,
    limiting_layers,
)


class StageLogs(Construct):
    """Creates the account's role if the file requests it, the access log with its metrics and queries, and the
    execution log, which API Gateway would otherwise create itself, without retention.

    The stage waits for `prerequisites`.
    """

    def __init__(self, scope: Construct, id: str, *, rest_api: RestApi, environment: Environment) -> None:
        super().__init__(scope, id)
        self.prerequisites: list[Address] = []
        self.access_log_settings: ApiGatewayStageAccessLogSettings | None = None
        self._add_role(environment)
        self._add_access_log(environment)
        self._add_execution_log(environment, rest_api)

    def _add_role(self, environment: Environment) -> None:
        if environment.observability.account_role == "create":
            role = CloudwatchRole(self, "role", name=environment.api.name, aws=environment.aws)
            self.prerequisites.append(role.address)

    def _add_access_log(self, environment: Environment) -> None:
        log = access_log(environment)
        if log is None:
            return
        group = LogGroup(self, "access_log", name=access_log_group(environment), log_group=log)
        self.access_log_settings = ApiGatewayStageAccessLogSettings(
            destination_arn=group.arn, format=access_log_format()
        )
        if has_limit_metrics(environment):
            LimitMetrics(
                self,
                "limit_metrics",
                access_log=group,
                namespace=limited_namespace(environment),
                layers=limiting_layers(environment),
            )
        if has_saved_queries(environment):
            folder = queries_folder(environment)
            SavedQueries(self, "queries", folder=folder, log_groups=[group.name], queries=queries.OF_ACCESS_LOG)

    def _add_execution_log(self, environment: Environment, rest_api: RestApi) -> None:
        log = environment.observability.execution_log
        if log is None:
            return
        name = execution_log_group(environment, rest_api.id)
        self.prerequisites.append(LogGroup(self, "execution_log", name=name, log_group=log).address)
