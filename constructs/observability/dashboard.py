"""The stage's CloudWatch dashboard."""

import json
from collections.abc import Sequence

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from constructs.observability.dashboard_body import dashboard_body
from constructs.terraform.address import place
from settings.environment import Environment


class Dashboard(Construct):
    """Creates `aws_cloudwatch_dashboard.stage`, named after the API and its stage."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment, alarm_arns: Sequence[str]) -> None:
        super().__init__(scope, id)
        self.name = f"{environment.api.name}-{environment.stage.name}"
        body = json.dumps(dashboard_body(environment, alarm_arns))
        place(CloudwatchDashboard, self, "stage", dashboard_name=self.name, dashboard_body=body)
