"""A small app with several types of resources, which test_same_output.py runs: example_app.py OUTDIR.

Prints how many modules of the provider it imported.
"""

# ruff: noqa: E402 -- lazy_provider has to come first

import lazy_provider

lazy_provider.install()

import sys

from cdktf import App, LocalBackend, TerraformStack
from cdktf_cdktf_provider_aws import s3_bucket
from cdktf_cdktf_provider_aws.api_gateway_resource import ApiGatewayResource
from cdktf_cdktf_provider_aws.api_gateway_rest_api import ApiGatewayRestApi
from cdktf_cdktf_provider_aws.data_aws_caller_identity import DataAwsCallerIdentity
from cdktf_cdktf_provider_aws.provider import AwsProvider
from cdktf_cdktf_provider_aws.wafv2_web_acl import (
    Wafv2WebAcl,
    Wafv2WebAclDefaultAction,
    Wafv2WebAclDefaultActionAllow,
    Wafv2WebAclRule,
    Wafv2WebAclRuleOverrideAction,
    Wafv2WebAclRuleVisibilityConfig,
    Wafv2WebAclVisibilityConfig,
)

app = App(outdir=sys.argv[1])
stack = TerraformStack(app, "example")
LocalBackend(stack, path="example.tfstate")
AwsProvider(stack, "aws", region="eu-central-1")
identity = DataAwsCallerIdentity(stack, "identity")
s3_bucket.S3Bucket(stack, "bucket", bucket=f"example-{identity.account_id}", force_destroy=True)
api = ApiGatewayRestApi(stack, "api", name="example")
for part in ("v1", "v2"):
    ApiGatewayResource(stack, part, rest_api_id=api.id, parent_id=api.root_resource_id, path_part=part)
Wafv2WebAcl(
    stack,
    "web_acl",
    name="example",
    scope="REGIONAL",
    default_action=Wafv2WebAclDefaultAction(allow=Wafv2WebAclDefaultActionAllow()),
    visibility_config=Wafv2WebAclVisibilityConfig(
        cloudwatch_metrics_enabled=True, metric_name="example", sampled_requests_enabled=True
    ),
    rule=[
        Wafv2WebAclRule(
            name="rate",
            priority=0,
            statement={"rate_based_statement": {"limit": 100, "aggregate_key_type": "IP"}},
            override_action=Wafv2WebAclRuleOverrideAction(),
            visibility_config=Wafv2WebAclRuleVisibilityConfig(
                cloudwatch_metrics_enabled=True, metric_name="rate", sampled_requests_enabled=True
            ),
        )
    ],
)
app.synth()
sys.stdout.write(str(sum(name.startswith("cdktf_cdktf_provider_aws.") for name in sys.modules)))
