"""Arguments that the bindings lack."""

import inspect
import re

import pytest
from cdktf import TerraformStack
from cdktf_cdktf_provider_aws.api_gateway_domain_name import ApiGatewayDomainName
from cdktf_cdktf_provider_aws.api_gateway_rest_api import ApiGatewayRestApi

from constructs.terraform.newer_argument import NEWER, place_newer
from tests.synthesis import app

CLASSES = {class_.TF_RESOURCE_TYPE: class_ for class_ in (ApiGatewayDomainName, ApiGatewayRestApi)}


@pytest.mark.parametrize(("type_", "argument"), sorted(NEWER))
def test_the_bindings_still_lack_it(type_: str, argument: str) -> None:
    # If the bindings have it now, pass it to the class and remove it from NEWER.
    assert argument not in inspect.signature(CLASSES[type_].__init__).parameters


def test_no_argument_that_is_not_in_the_list() -> None:
    with pytest.raises(ValueError, match=re.escape("aws_api_gateway_rest_api.security_polcy is not in NEWER")):
        place_newer(ApiGatewayRestApi, TerraformStack(app(), "test"), "api", {"security_polcy": "x"}, name="api")
