"""The stack: an API, its limits, logs, alarms and outputs."""

from collections.abc import Sequence
from typing import Any

from cdktf import Annotations, TerraformOutput, TerraformStack
from cdktf_cdktf_provider_aws.cloudwatch_log_group import CloudwatchLogGroup
from constructs import Construct

from constructs.gateway.deployment import Deployment
from constructs.gateway.domain import Domain
from constructs.gateway.error_responses import ErrorResponses
from constructs.gateway.rate_limit_responses import RateLimitResponses
from constructs.gateway.resource_policy import ResourcePolicy
from constructs.gateway.rest_api import RestApi
from constructs.gateway.routes import Routes
from constructs.gateway.stage import Stage
from constructs.gateway.stage_check import add_stage_check
from constructs.gateway.token_metering import TokenMetering
from constructs.observability import queries
from constructs.observability.alarms import Alarms
from constructs.observability.console import dashboard_url, log_group_url
from constructs.observability.dashboard import Dashboard
from constructs.observability.dashboard_body import dashboard_body
from constructs.observability.saved_queries import SavedQueries
from constructs.observability.stage_logs import StageLogs
from constructs.observability.waf_log import WafLog
from constructs.terraform.address import Address
from constructs.terraform.literal import literals
from constructs.throttling.stage_throttling import StageThrottling
from constructs.throttling.usage_plans import UsagePlans
from constructs.waf.association import Association
from constructs.waf.web_acl import WebAcl
from settings.alarms import alarms
from settings.aws import Service
from settings.environment import Environment
from settings.problem import Problem
from settings.stage_names import queries_folder, stage_stem
from settings.terraform_variables import terraform_variables
from settings.token_limits.covering import metered_routes, prices
from settings.watched import dashboard_name, has_saved_queries, log_groups, waf_log, waf_log_group
from stacks.aws_provider import add_aws_provider
from stacks.imports import add_imports
from stacks.moved_addresses import moved_blocks
from stacks.resource_names import with_our_names
from stacks.state_backend import add_state_backend


class RateLimitedApiStack(TerraformStack):
    """Creates everything in one environment file as a separate Terraform configuration.

    `warnings` become annotations. Default: the environment's own warnings.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        warnings: Sequence[Problem] | None = None,
    ) -> None:
        super().__init__(scope, id)
        # Terraform does not read templates in a backend block, so an escape would become part of the value.
        add_state_backend(self, environment)
        # Terraform does not read the content of a function's archive either.
        self._token_prices = prices(environment)
        warnings = environment.warnings() if warnings is None else warnings
        self._environment = environment = literals(environment)
        more: tuple[Service, ...] = ("dynamodb",) if metered_routes(environment) else ()
        add_aws_provider(self, environment.aws, tags=environment.tags, more=more)
        self._rest_api = RestApi(self, "rest_api", api=environment.api, aws=environment.aws)
        self._add_access()
        self._add_routes()
        self._add_responses()
        self._deployment = Deployment(self, "deployment", rest_api=self._rest_api)
        logs = StageLogs(self, "logs", rest_api=self._rest_api, environment=environment)
        self._stage = Stage(
            self,
            "stage",
            rest_api=self._rest_api,
            deployment=self._deployment,
            stage=environment.stage,
            access_log=logs.access_log_settings,
            xray_tracing=environment.observability.xray_tracing,
            waits_for=logs.prerequisites,
        )
        routes = {route.key: route for route in environment.routes}
        StageThrottling(
            self,
            "throttling",
            stage=self._stage,
            throttling=environment.throttling,
            routes=routes,
            method_settings=environment.observability.method_settings,
        )
        if environment.usage_plans:
            UsagePlans(
                self,
                "usage_plans",
                api_name=environment.api.name,
                stage=self._stage,
                usage_plans=environment.usage_plans,
                routes=routes,
            )
        self._add_waf()
        self._add_domain()
        self._add_monitoring()
        self._add_console_links()
        self._add_outputs()
        add_imports(self, environment)
        for problem in warnings:
            Annotations.of(self).add_warning(str(problem))
        # The CDKTF CLI hides TF_VAR_... from synthesis, so that it is not known here which of them are set.
        if variables := terraform_variables(environment):
            names = ", ".join(f"TF_VAR_{name}" for name in variables)
            Annotations.of(self).add_info(
                f"Terraform needs a value for {names}; without one it waits for you to type it, or stops if TF_INPUT=0"
            )

    def prepare_stack(self) -> None:
        """Do nothing. CDKTF would render every resource again to find references to other stacks, and there are
        none.
        """

    def to_terraform(self) -> Any:
        """The rendered stack with our resource names, and with the parts that depend on all of it."""
        rendered = super().to_terraform()
        rendered["resource"] = with_our_names(rendered["resource"])
        self._deployment.capture(rendered["resource"])
        if self._environment.stage.check_export:
            add_stage_check(rendered, environment=self._environment.name)
        if moved := moved_blocks(f"{type_}.{name}" for type_, made in rendered["resource"].items() for name in made):
            rendered["moved"] = moved
        return rendered

    def _add_access(self) -> None:
        environment = self._environment
        if environment.resource_policy is None:
            return
        ResourcePolicy(
            self,
            "resource_policy",
            rest_api=self._rest_api,
            policy=environment.resource_policy,
            is_private=environment.api.endpoint_type == "PRIVATE",
            has_preflights=environment.cors is not None,
        )

    def _add_routes(self) -> None:
        environment = self._environment
        metering = None
        if metered_routes(environment):
            metering = TokenMetering(self, "token_metering", environment=environment, prices=self._token_prices)
        Routes(
            self,
            "routes",
            rest_api=self._rest_api,
            routes=environment.routes,
            bearer_key_ttl=environment.api.authorizer_result_ttl_in_seconds if environment.has_bearer_key else None,
            authorizers=environment.authorizers,
            cors=environment.cors,
            response=environment.rate_limit_response,
            token_metering=metering,
        )

    def _add_responses(self) -> None:
        environment = self._environment
        RateLimitResponses(
            self,
            "rate_limit_responses",
            rest_api=self._rest_api,
            response=environment.rate_limit_response,
            headers=environment.cors_headers,
        )
        ErrorResponses(
            self,
            "error_responses",
            rest_api=self._rest_api,
            routes=environment.routes,
            has_bearer_key=environment.has_bearer_key,
            headers=environment.cors_headers,
        )

    def _add_waf(self) -> None:
        environment = self._environment
        waf = environment.waf
        if waf is None:
            return
        arn = waf.web_acl_arn
        if arn is None:
            web_acl = WebAcl(
                self,
                "waf",
                name=environment.api.name,
                waf=waf,
                routes=environment.routes,
                path_prefixes=environment.path_prefixes,
                response=environment.rate_limit_response,
                headers=environment.cors_headers,
                protected_headers=environment.observability.protected_headers,
            )
            arn = web_acl.arn
            if log := waf_log(environment):
                WafLog(
                    self,
                    "waf_log",
                    web_acl_arn=arn,
                    name=waf_log_group(environment),
                    log=log,
                    protected_headers=environment.observability.protected_headers,
                    queries_folder=queries_folder(environment) if has_saved_queries(environment) else None,
                )
        Association(self, "waf_association", stage_arn=self._stage.arn, web_acl_arn=arn)

    def _add_domain(self) -> None:
        environment = self._environment
        if environment.domain is None:
            return
        domain = Domain(
            self,
            "domain",
            stage=self._stage,
            domain=environment.domain,
            api=environment.api,
        )
        TerraformOutput(self, "domain_target", value=domain.target, description="What the DNS record points to")
        TerraformOutput(
            self, "domain_target_zone_id", value=domain.target_zone_id, description="Hosted zone of that target"
        )

    def _add_monitoring(self) -> None:
        environment = self._environment
        settings = environment.observability
        alarm_arns = []
        if settings.alarms:
            alarm_arns = Alarms(
                self,
                "alarms",
                stem=stage_stem(environment),
                alarms=alarms(environment),
                settings=settings.alarms,
            ).arns
        if settings.dashboard:
            body = dashboard_body(environment, alarm_arns)
            Dashboard(self, "dashboard", name=dashboard_name(environment), body=body)
        metered = metered_routes(environment)
        if metered and has_saved_queries(environment):
            SavedQueries(
                self,
                "token_queries",
                folder=queries_folder(environment),
                log_groups=[Address.of(CloudwatchLogGroup, route.address).reference("name") for route in metered],
                queries=queries.OF_FUNCTIONS,
            )

    def _add_console_links(self) -> None:
        environment = self._environment
        if environment.aws.endpoint_url:
            return
        if environment.observability.dashboard:
            url = dashboard_url(environment.aws, dashboard_name(environment))
            TerraformOutput(self, "dashboard_url", value=url, description="The dashboard in the AWS console")
        for name, group in log_groups(environment, self._rest_api.id).items():
            url = log_group_url(environment.aws, group)
            TerraformOutput(self, f"{name}_url", value=url, description="The log group in the AWS console")

    def _add_outputs(self) -> None:
        environment = self._environment
        url = environment.domain.url if environment.domain else self._stage.invoke_url
        if environment.aws.endpoint_url:
            url = f"{environment.aws.endpoint_url}/_aws/execute-api/{self._rest_api.id}/{environment.stage.name}"
        TerraformOutput(self, "http_endpoint", value=url, description="URL of the stage")
        if pem := self._stage.client_certificate_pem:
            TerraformOutput(self, "client_certificate_pem", value=pem, description="What https backends must trust")
        for route in environment.routes:
            TerraformOutput(self, f"url_{route.address}", value=url + route.path, description=route.key)
