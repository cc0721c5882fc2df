"""What a deployment captures. A stage serves these resources as they were when the deployment was made."""

CAPTURED = frozenset(
    {
        "aws_api_gateway_authorizer",
        "aws_api_gateway_gateway_response",
        "aws_api_gateway_integration",
        "aws_api_gateway_integration_response",
        "aws_api_gateway_method",
        "aws_api_gateway_method_response",
        "aws_api_gateway_model",
        "aws_api_gateway_request_validator",
        "aws_api_gateway_resource",
        "aws_api_gateway_rest_api",
        "aws_api_gateway_rest_api_policy",
    }
)
"""Terraform's types of the resources that CreateDeployment copies. A change to one reaches callers only with a new
deployment.

Source: https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-deploy-api.html, "updating a REST API"
"""

DEPLOYMENT = "aws_api_gateway_deployment.deployment"
STAGE = "aws_api_gateway_stage.stage"
