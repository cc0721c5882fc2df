"""The one stack: an API, its limits, and what tells a user about them."""

from typing import Any

from cdktf import TerraformOutput, TerraformStack

from constructs import Construct
from constructs.gateway.deployment import Deployment
from constructs.gateway.rate_limit_responses import RateLimitResponses
from constructs.gateway.resources import Resources
from constructs.gateway.rest_api import RestApi
from constructs.gateway.route import Route
from constructs.gateway.stage import Stage
from constructs.throttling.stage_throttling import StageThrottling
from constructs.waf.association import Association
from constructs.waf.web_acl import WebAcl
from settings.environment import Environment
from stacks.aws_provider import add_aws_provider
from stacks.state_backend import add_state_backend


class RateLimitedApiStack(TerraformStack):
    """Everything that one environment file asks for, in a Terraform configuration of its own."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id)
        self._environment = environment
        add_state_backend(self, environment)
        add_aws_provider(self, environment.aws)
        self._rest_api = RestApi(self, "rest_api", api=environment.api)
        self._add_routes()
        RateLimitResponses(
            self, "rate_limit_responses", rest_api=self._rest_api, response=environment.rate_limit_response
        )
        self._deployment = Deployment(self, "deployment", rest_api=self._rest_api)
        self._stage = Stage(
            self, "stage", rest_api=self._rest_api, deployment=self._deployment, stage=environment.stage
        )
        StageThrottling(
            self,
            "throttling",
            stage=self._stage,
            throttling=environment.throttling,
            routes={route.key: route for route in environment.routes},
        )
        self._add_waf()
        self._add_outputs()

    def to_terraform(self) -> Any:
        """The rendered stack; the deployment is completed here, where all that it captures is known."""
        rendered = super().to_terraform()
        self._deployment.capture(rendered["resource"])
        return rendered

    def _add_routes(self) -> None:
        routes = self._environment.routes
        resources = Resources(self, "resources", rest_api=self._rest_api, paths=[route.path for route in routes])
        for route in routes:
            Route(self, route.address, rest_api=self._rest_api, resource_id=resources.id_of(route.path), route=route)

    def _add_waf(self) -> None:
        environment = self._environment
        if environment.waf is None:
            return
        web_acl = WebAcl(
            self, "waf", name=environment.api.name, waf=environment.waf, response=environment.rate_limit_response
        )
        Association(self, "waf_association", stage_arn=self._stage.arn, web_acl_arn=web_acl.arn)

    def _add_outputs(self) -> None:
        environment = self._environment
        url = self._stage.invoke_url
        if environment.aws.endpoint_url:
            url = f"{environment.aws.endpoint_url}/_aws/execute-api/{self._rest_api.id}/{environment.stage.name}"
        TerraformOutput(self, "http_endpoint", value=url, description="URL of the stage")
        for route in environment.routes:
            TerraformOutput(self, f"url_{route.address}", value=url + route.path, description=route.key)
