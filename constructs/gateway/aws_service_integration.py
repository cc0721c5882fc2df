"""Any action of an AWS service behind a route."""

from constructs import Construct

from constructs.gateway.aws_integration import AwsIntegration
from constructs.gateway.method import Method
from constructs.gateway.service_role import ServiceRole
from constructs.terraform.policy_document import allow_statements
from settings.integration import AwsServiceIntegration as AwsServiceIntegrationSettings


class AwsServiceIntegration(Construct):
    """Creates the integration, and a role with the permissions in `allow` unless the settings name an existing role."""

    def __init__(
        self, scope: Construct, id: str, *, method: Method, integration: AwsServiceIntegrationSettings
    ) -> None:
        super().__init__(scope, id)
        AwsIntegration(
            self,
            "integration",
            method=method,
            uri=uri(method, integration),
            http_method=integration.integration_http_method,
            credentials=integration.role_arn or self._role(method, integration),
            timeout_milliseconds=integration.timeout_milliseconds,
            request_parameters=request_parameters(integration),
            request_template=integration.request_template,
            response_template=integration.response_template,
        )

    def _role(self, method: Method, integration: AwsServiceIntegrationSettings) -> str:
        role = ServiceRole(
            self, "role", name=method.name, rest_api=method.rest_api, allow=allow_statements(integration.allow)
        )
        return role.arn


def uri(method: Method, integration: AwsServiceIntegrationSettings) -> str:
    """`arn:aws:apigateway:<region>:<subdomain.service>:action/<action>`, or `path/<path>`."""
    what = f"action/{integration.action}" if integration.action else f"path/{integration.path}"
    return f"{method.rest_api.integration_arn}:{integration.service}:{what}"


def request_parameters(integration: AwsServiceIntegrationSettings) -> dict[str, str]:
    """Path variables, followed by the parameters in the settings."""
    path = {f"integration.request.path.{name}": f"method.request.path.{name}" for name in integration.path_variables}
    given = integration.request_parameters.items()
    return path | {f"integration.request.{name}": value for name, value in given}
