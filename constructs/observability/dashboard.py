"""The stage's CloudWatch dashboard."""

import json
from collections.abc import Mapping
from typing import Any

from cdktf_cdktf_provider_aws.cloudwatch_dashboard import CloudwatchDashboard
from constructs import Construct

from constructs.terraform.address import place


class Dashboard(Construct):
    """Creates `aws_cloudwatch_dashboard.stage`. Its name must contain the Region.

    Dashboards are the same in all Regions, and a new one silently replaces one with the same name:
    https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html, read 2026-11.
    """

    def __init__(self, scope: Construct, id: str, *, name: str, body: Mapping[str, Any]) -> None:
        super().__init__(scope, id)
        place(CloudwatchDashboard, self, "stage", dashboard_name=name, dashboard_body=json.dumps(body))
