"""Addresses in the AWS console."""

from settings.aws import Aws

# https://docs.aws.amazon.com/general/latest/gr/aws-service-information.html and the consoles' own addresses.
_HOSTS = {
    "aws": "{region}.console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}


def dashboard_url(aws: Aws, name: str) -> str:
    """The dashboard's page."""
    return f"{_cloudwatch(aws)}#dashboards/dashboard/{name}"


def log_group_url(aws: Aws, name: str) -> str:
    """The log group's page. The console expects slashes to be encoded twice, the second time with `$`.

    Nothing else in Spillway's names needs encoding, and a Terraform reference in a name must stay unchanged.
    """
    return f"{_cloudwatch(aws)}#logsV2:log-groups/log-group/{name.replace('/', '$252F')}"


def _cloudwatch(aws: Aws) -> str:
    host = _HOSTS[aws.partition].format(region=aws.region)
    return f"https://{host}/cloudwatch/home?region={aws.region}"
