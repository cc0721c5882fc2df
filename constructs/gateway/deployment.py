"""The snapshot of the API that a stage serves."""

import hashlib
import json
from typing import Any

from cdktf import TerraformResourceLifecycle
from cdktf_cdktf_provider_aws.api_gateway_deployment import ApiGatewayDeployment
from constructs import Construct

from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from settings.captured import CAPTURED

# Terraform's own resource, which AWS never sees.
META_ARGUMENTS = frozenset({"//", "depends_on", "lifecycle"})


class Deployment(Construct):
    """Creates `aws_api_gateway_deployment.deployment`, replaced (new one first) if anything that it captures
    changes.
    """

    def __init__(self, scope: Construct, id: str, *, rest_api: RestApi) -> None:
        super().__init__(scope, id)
        self.address = place(
            ApiGatewayDeployment,
            self,
            "deployment",
            rest_api_id=rest_api.id,
            # While Terraform replaces the deployment, the stage still refers to the old one.
            lifecycle=TerraformResourceLifecycle(create_before_destroy=True),
        )
        self.id = self.address.reference("id")

    def capture(self, resources: dict[str, dict[str, Any]]) -> None:
        """Complete the deployment in the stack's rendered `resource` block, based on the other resources in it.

        Adds `triggers` with a hash of all captured resources, and `depends_on` for each of them. A deployment that is
        created before a method's integration fails with "No integration defined for method".
        """
        captured = {
            f"{type_}.{name}": {key: value for key, value in body.items() if key not in META_ARGUMENTS}
            for type_ in sorted(CAPTURED & resources.keys())
            for name, body in sorted(resources[type_].items())
        }
        canonical = json.dumps(captured, sort_keys=True, separators=(",", ":"))
        body = resources[self.address.type][self.address.name]
        body["depends_on"] = [address for address in captured if not address.startswith("aws_api_gateway_rest_api.")]
        body["triggers"] = {"redeployment": hashlib.sha256(canonical.encode()).hexdigest()}
