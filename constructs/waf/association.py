"""The association of the web ACL with the stage."""

from cdktf_cdktf_provider_aws.wafv2_web_acl_association import Wafv2WebAclAssociation
from constructs import Construct

from constructs.terraform.address import place


class Association(Construct):
    """Creates `aws_wafv2_web_acl_association.stage`.

    Never create_before_destroy: a stage has one association, so destroying the old one would remove the new one.
    """

    def __init__(self, scope: Construct, id: str, *, stage_arn: str, web_acl_arn: str) -> None:
        super().__init__(scope, id)
        place(Wafv2WebAclAssociation, self, "stage", resource_arn=stage_arn, web_acl_arn=web_acl_arn)
