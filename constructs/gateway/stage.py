"""The stage that callers reach."""

from collections.abc import Sequence

from cdktf_cdktf_provider_aws.api_gateway_stage import ApiGatewayStage, ApiGatewayStageAccessLogSettings
from constructs import Construct

from constructs.gateway.client_certificate import ClientCertificate
from constructs.gateway.deployment import Deployment
from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import Address
from settings.api import Stage as StageSettings


class Stage(Construct):
    """Creates `aws_api_gateway_stage.stage`. A new deployment updates it in place: its URL, limits and web ACL stay.

    Also creates `aws_api_gateway_client_certificate.stage` if the settings request one.

    AWS refuses the stage's logs until everything in `waits_for` exists.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        rest_api: RestApi,
        deployment: Deployment,
        stage: StageSettings,
        access_log: ApiGatewayStageAccessLogSettings | None = None,
        xray_tracing: bool = False,
        waits_for: Sequence[Address] = (),
    ) -> None:
        super().__init__(scope, id)
        self.address = Address.of(ApiGatewayStage, "stage")
        self.client_certificate_pem: str | None = None
        """The certificate that a backend must trust, if it is created here."""
        certificate_id = stage.client_certificate
        if stage.creates_client_certificate:
            description = f"{rest_api.name}, stage {stage.name}"
            certificate = ClientCertificate(self, "client_certificate", description=description)
            certificate_id, self.client_certificate_pem = certificate.id, certificate.pem
        resource = ApiGatewayStage(
            self,
            str(self.address),
            rest_api_id=rest_api.id,
            deployment_id=deployment.id,
            stage_name=stage.name,
            description=stage.description or None,
            client_certificate_id=certificate_id,
            access_log_settings=access_log,
            xray_tracing_enabled=xray_tracing or None,
        )
        resource.depends_on = [str(address) for address in waits_for] or None
        self.rest_api_id = self.address.reference("rest_api_id")
        self.name = self.address.reference("stage_name")
        self.arn = self.address.reference("arn")
        self.invoke_url = self.address.reference("invoke_url")
