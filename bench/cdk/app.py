"""The AWS CDK app for environments/dev.toml with any number of routes: app.py ROUTES. CDK_OUTDIR sets the output
folder.

Runs in bench/cdk/.venv, which only `make bench` installs.
"""

import sys

from aws_cdk import App, Stack
from aws_cdk import aws_apigateway as apigateway

BODY = '{"message": "Hello from Spillway"}'
REFUSED = '{"error": {"message": "Rate limit reached. Slow down and retry.", "type": "rate_limit_error"}}'

# CloudFormation refuses more than 500 resources in a stack, and so does the CDK. Here it only has to write them.
app = App(context={"@aws-cdk/core:stackResourceLimit": 0})
stack = Stack(app, "dev")
api = apigateway.RestApi(
    stack,
    "api",
    rest_api_name="spillway-dev",
    description="AI endpoint with a stage throttle",
    cloud_watch_role=False,
    deploy_options=apigateway.StageOptions(stage_name="test", throttling_rate_limit=10, throttling_burst_limit=5),
)
for name in ("THROTTLED", "QUOTA_EXCEEDED"):
    api.add_gateway_response(
        name.lower(),
        type=getattr(apigateway.ResponseType, name),
        status_code="429",
        response_headers={"Retry-After": "'1'"},
        templates={"application/json": REFUSED},
    )
for index in range(int(sys.argv[1])):
    api.root.add_resource(f"r{index}" if index else "myendpoint").add_method(
        "POST",
        apigateway.MockIntegration(
            request_templates={"application/json": '{"statusCode": 200}'},
            integration_responses=[
                apigateway.IntegrationResponse(status_code="200", response_templates={"application/json": BODY})
            ],
        ),
        method_responses=[apigateway.MethodResponse(status_code="200")],
    )
app.synth()
