"""The stage's CloudWatch dashboard."""

import json
from collections.abc import Sequence

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from constructs.observability.dashboard_body import dashboard_body
from constructs.terraform.address import place
from settings.environment import Environment
from settings.watched import dashboard_name


class Dashboard(Construct):
    """Creates `aws_cloudwatch_dashboard.stage`, named after the API, the Region and the stage.

    Dashboards are the same in all Regions, and a new one silently replaces one with the same name:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html, read 2026-11.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment, alarm_arns: Sequence[str]) -> None:
        super().__init__(scope, id)
        self.name = dashboard_name(environment)
        body = json.dumps(dashboard_body(environment, alarm_arns))
        place(CloudwatchDashboard, self, "stage", dashboard_name=self.name, dashboard_body=body)
