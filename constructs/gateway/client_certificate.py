"""The certificate with which API Gateway proves to a backend that it is the caller."""

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.api_gateway_client_certificate import ApiGatewayClientCertificate
from constructs import Construct

from constructs.terraform.address import place


class ClientCertificate(Construct):
    """Creates `aws_api_gateway_client_certificate.stage`, self-signed and valid for 365 days.

    `-replace` renews it. The new one is created before the old one is destroyed, since the stage refers to it.
    """

    def __init__(self, scope: Construct, id: str, *, description: str) -> None:
        super().__init__(scope, id)
        address = place(
            ApiGatewayClientCertificate,
            self,
            "stage",
            description=description,
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.id = address.reference("id")
        self.pem = address.reference("pem_encoded_certificate")
