"""The cause in what Terraform prints. The texts are those of the AWS provider 5.100.0 and of Terraform 1.11."""

import pytest

from deploy.cause import NO_CREDENTIALS, cause_of

CALLER = (
    "Error: Retrieving AWS account details: validating provider credentials: retrieving caller identity from STS: "
    "operation error STS: GetCallerIdentity, https response error StatusCode: 403, RequestID: 1-2, api error {}\n\n"
    '  with provider["registry.terraform.io/hashicorp/aws"],\n  on cdk.tf.json line 78, in provider.aws[0]:\n'
)
CREATE = (
    "Error: creating {0} (a): operation error {0}: {1}, https response error StatusCode: 403, RequestID: , "
    "api error {2}\n\n  with aws_x.api,\n  on cdk.tf.json line 354, in resource.aws_x.api:\n"
)
DENIED = (
    "AccessDeniedException: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: {} on resource: {} "
    "because no identity-based policy allows the {} action"
)
REST_API = CREATE.format(
    "API Gateway",
    "CreateRestApi",
    DENIED.format("apigateway:POST", "arn:aws:apigateway:us-east-1::/restapis", "apigateway:POST"),
)
ROLE = CREATE.format(
    "IAM",
    "CreateRole",
    "AccessDenied: User: arn:aws:iam::111122223333:user/ci is not authorized to perform: iam:CreateRole on resource: "
    "arn:aws:iam::111122223333:role/a with an explicit deny in a service control policy",
)
# With a terminal: a frame, colors, and lines that are broken at spaces.
FRAMED = """
\x1b[31m╷\x1b[0m
\x1b[31m│\x1b[0m \x1b[0m\x1b[1m\x1b[31mError: \x1b[0m\x1b[1mCannot assume IAM Role\x1b[0m
\x1b[31m│\x1b[0m
\x1b[31m│\x1b[0m Error: operation error STS: AssumeRole, https response error StatusCode: 403,
\x1b[31m│\x1b[0m RequestID: 1, api error AccessDenied: User: arn:aws:iam::111122223333:user/ci
\x1b[31m│\x1b[0m is not authorized to
\x1b[31m│\x1b[0m perform: sts:AssumeRole on resource:
\x1b[31m│\x1b[0m arn:aws:iam::111122223333:role/deploy
\x1b[31m╵\x1b[0m
"""
LOCKED = """
Error: Error acquiring the state lock

Error message: operation error S3: PutObject, https response error StatusCode: 412, RequestID: 1, HostID: x=, api error
PreconditionFailed: At least one of the pre-conditions you specified did not hold
Lock Info:
  ID:        9db590f1-b6fe-c5f2-2678-8804f089deba
  Path:      state/prod.tfstate
  Operation: OperationTypePlan
  Who:       ci@runner
"""


@pytest.mark.parametrize(
    ("errors", "cause"),
    [
        pytest.param("Error: No valid credential sources found\n\nPlease see https://", NO_CREDENTIALS, id="none"),
        pytest.param(
            CALLER.format("ExpiredToken: The security token included in the request is expired"),
            "the AWS credentials have expired: log in again, for example with `aws sso login`, then deploy again.",
            id="expired",
        ),
        pytest.param(
            "Error: No valid credential sources found\n\nError: failed to refresh cached credentials, refresh cached "
            "SSO token failed, unable to refresh SSO token, operation error SSO OIDC: CreateToken",
            "the AWS credentials have expired: log in again, for example with `aws sso login`, then deploy again.",
            id="SSO expired",
        ),
        pytest.param(
            CALLER.format("InvalidClientTokenId: The security token included in the request is invalid."),
            "AWS does not accept the credentials: the access key was deleted or deactivated, it belongs to another "
            "partition than aws.region, or the account has not enabled that Region. Check them with "
            "`aws sts get-caller-identity --region` and that Region.",
            id="invalid token",
        ),
        pytest.param(
            CREATE.format(
                "WAFV2", "CreateWebACL", "UnrecognizedClientException: The security token included is invalid."
            ),
            "AWS does not accept the credentials: the access key was deleted or deactivated, it belongs to another "
            "partition than aws.region, or the account has not enabled that Region. Check them with "
            "`aws sts get-caller-identity --region` and that Region.",
            id="unrecognized client",
        ),
        pytest.param(
            CALLER.format("SignatureDoesNotMatch: The request signature we calculated does not match the signature"),
            "the secret access key does not belong to the access key: check AWS_SECRET_ACCESS_KEY or the profile, then "
            "deploy again.",
            id="wrong secret key",
        ),
        pytest.param(
            CALLER.format(
                "SignatureDoesNotMatch: Signature expired: 20261130T003000Z is now earlier than 20261130T005000Z"
            ),
            "AWS refused the time of the request: set the clock of this machine, then deploy again.",
            id="wrong clock",
        ),
        pytest.param(
            REST_API,
            "the credentials lack permission for apigateway:POST: allow it in their IAM policies, then deploy again.",
            id="an action",
        ),
        pytest.param(
            REST_API + REST_API.replace("apigateway:POST", "iam:PassRole"),
            "the credentials lack permission for apigateway:POST, iam:PassRole: allow it in their IAM policies, then "
            "deploy again.",
            id="several actions",
        ),
        pytest.param(
            ROLE,
            "a policy explicitly denies iam:CreateRole: ask who manages the account to allow it, then deploy again.",
            id="an explicit deny",
        ),
        pytest.param(
            "Error: error listing S3: operation error S3: ListObjectsV2, https response error StatusCode: 403, "
            "RequestID: 1, HostID: x=, api error AccessDenied: Access Denied",
            "the credentials lack permission for ListObjectsV2 of S3: allow it in their IAM policies, then deploy "
            "again.",
            id="a service that names no action",
        ),
        pytest.param(
            FRAMED,
            "the credentials may not assume arn:aws:iam::111122223333:role/deploy: allow them sts:AssumeRole, and name "
            "them in the trust policy of the role.",
            id="a role, on a terminal",
        ),
        pytest.param(
            LOCKED,
            "another Terraform run holds the lock of the state: wait for it, then deploy again. If no run is active, "
            "an earlier one was interrupted: `terraform force-unlock 9db590f1-b6fe-c5f2-2678-8804f089deba` in the "
            "stack's folder removes the lock.",
            id="a lock",
        ),
        pytest.param(
            "Error: workspace already locked\n\nError message: workspace already locked (lock ID: acme/prod)",
            "another Terraform run holds the lock of the state: wait for it, then deploy again.",
            id="a locked workspace",
        ),
        pytest.param(
            "Error: failed to get shared config profile, prod\n",
            "there is no AWS profile prod on this machine: `aws configure list-profiles` lists the profiles.",
            id="no such profile",
        ),
        pytest.param(
            "Error: AWS account ID not allowed: 444455556666\n",
            "the credentials are for account 444455556666, which aws.allowed_account_ids does not list: use "
            "credentials of another account.",
            id="another account",
        ),
        pytest.param(
            "Error: invalid AWS Region: us-eest-1\n",
            "AWS has no Region us-eest-1: correct aws.region.",
            id="no such Region",
        ),
        pytest.param(
            "request send failed, dial tcp: lookup sts.us-eest-1.amazonaws.com on 10.0.0.2:53: no such host",
            "there is no host sts.us-eest-1.amazonaws.com: correct aws.region, or connect this machine to the "
            "internet.",
            id="no such host",
        ),
    ],
)
def test_the_cause_of_a_failure(errors: str, cause: str) -> None:
    assert cause_of(errors) == cause


@pytest.mark.parametrize(
    "errors",
    [
        pytest.param("", id="nothing"),
        pytest.param(
            CREATE.format("WAFV2", "CreateWebACL", "WAFLimitsExceededException: too many"), id="another error"
        ),
        pytest.param("Error: Failed to query available provider packages\n", id="no AWS error"),
    ],
)
def test_an_error_of_another_kind_is_left_to_terraform(errors: str) -> None:
    assert cause_of(errors) is None
