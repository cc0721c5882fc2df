"""Why a Terraform command failed, from what it printed, and what to do about it.

The texts are those of the AWS provider 5.100.0, run against a server that answers with AWS's errors, in 2026-11. AWS
documents the errors: https://docs.aws.amazon.com/STS/latest/APIReference/CommonErrors.html, read 2026-11. For "not
authorized to perform", the action and the resource:
https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html, read 2026-11.
"""

import re

NO_CREDENTIALS = (
    "there are no AWS credentials: log in, for example with `aws sso login`, or set AWS_PROFILE, then deploy again. "
    "`aws sts get-caller-identity` must answer."
)
NO_PROFILE = "there is no AWS profile {of} on this machine: `aws configure list-profiles` lists the profiles."
_LOCKED = "another Terraform run holds the lock of the state: wait for it, then deploy again."

_COLOR = re.compile(r"\x1b\[[0-9;]*m")
# The frame of a message. Terraform breaks its lines at spaces.
_FRAME = re.compile(r"^[│╷╵|] ?", re.MULTILINE)

_DENIED = re.compile(r"not authorized to perform: (?P<action>[a-z0-9-]+:[A-Za-z0-9*]+)(?: on resource: (?P<arn>\S+))?")
# S3 and some other services name no action.
_DENIED_OPERATION = re.compile(
    r"operation error (?P<service>[^:,]{1,40}): (?P<operation>[A-Za-z0-9]+),"
    r"(?:(?!operation error).){0,300}?api error AccessDenied"
)

_CAUSES = {
    re.compile(pattern): line
    for pattern, line in {
        "Signature expired:|Signature not yet current:|api error RequestTimeTooSkewed": (
            "AWS refused the time of the request: set the clock of this machine, then deploy again."
        ),
        "api error (?:ExpiredToken|RequestExpired)|SSO session has expired|refresh cached SSO token failed": (
            "the AWS credentials have expired: log in again, for example with `aws sso login`, then deploy again."
        ),
        "api error (?:InvalidClientTokenId|UnrecognizedClientException|InvalidAccessKeyId|AuthFailure)": (
            "AWS does not accept the credentials: the access key was deleted or deactivated, it belongs to another "
            "partition than aws.region, or the account has not enabled that Region. Check them with "
            "`aws sts get-caller-identity --region` and that Region."
        ),
        "api error (?:SignatureDoesNotMatch|IncompleteSignature)": (
            "the secret access key does not belong to the access key: check AWS_SECRET_ACCESS_KEY or the profile, then "
            "deploy again."
        ),
        r"failed to get shared config profile, (?P<of>\S+)": NO_PROFILE,
        "No valid credential sources found": NO_CREDENTIALS,
        r"(?i:account ID not allowed): (?P<of>\d+)": (
            "the credentials are for account {of}, which aws.allowed_account_ids does not list: use credentials of "
            "another account."
        ),
        r"(?i:invalid AWS Region): (?P<of>\S+)": "AWS has no Region {of}: correct aws.region.",
        r"lookup (?P<of>\S+\.amazonaws\.\S+?)(?: on \S+)?: no such host": (
            "there is no host {of}: correct aws.region, or connect this machine to the internet."
        ),
        r"Error acquiring the state lock.*?\bID:\s+(?P<of>\S+)": (
            f"{_LOCKED} If no run is active, an earlier one was interrupted: `terraform force-unlock {{of}}` in the "
            "stack's folder removes the lock."
        ),
        "Error acquiring the state lock|workspace (?:is )?already locked": _LOCKED,
    }.items()
}
"""The first that is found is the cause. The group `of` is put into the line."""


def cause_of(errors: str) -> str | None:
    """One line with the cause and what to do, or None if the errors are of another kind."""
    text = " ".join(_FRAME.sub("", _COLOR.sub("", errors)).split())
    if denied := _denied(text):
        return denied
    for pattern, line in _CAUSES.items():
        if match := pattern.search(text):
            # Terraform's sentence may end right after it.
            of = (match.groupdict().get("of") or "").rstrip(".,:;")
            return line.replace("{of}", of)
    return None


def _denied(text: str) -> str | None:
    """The actions that the credentials lack."""
    found = [(match["action"], (match["arn"] or "").rstrip(".,")) for match in _DENIED.finditer(text)]
    assumed = next((arn for action, arn in found if action == "sts:AssumeRole"), None)
    if assumed is not None:
        role = assumed or "the role"
        return (
            f"the credentials may not assume {role}: allow them sts:AssumeRole, and name them in the trust policy of "
            "the role."
        )
    names = dict.fromkeys(action for action, _ in found)
    if not names:
        names = dict.fromkeys(f"{each['operation']} of {each['service']}" for each in _DENIED_OPERATION.finditer(text))
    if not names:
        return None
    listed = ", ".join(names)
    if "explicit deny" in text:
        return f"a policy explicitly denies {listed}: ask who manages the account to allow it, then deploy again."
    return f"the credentials lack permission for {listed}: allow it in their IAM policies, then deploy again."
