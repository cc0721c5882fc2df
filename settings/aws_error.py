"""What an error of boto3 means for the person who ran the command, in one line."""

_NO_CREDENTIALS = (
    "no AWS credentials were found: log in (`aws sso login`, `aws configure`), or set AWS_PROFILE or AWS_ACCESS_KEY_ID"
)
# By the names of botocore's classes and of AWS's codes, because only the commands that call AWS import botocore.
_OF_CLASSES = {
    "NoCredentialsError": _NO_CREDENTIALS,
    "PartialCredentialsError": "the AWS credentials are incomplete: set both AWS_ACCESS_KEY_ID and "
    "AWS_SECRET_ACCESS_KEY",
    "UnauthorizedSSOTokenError": "the AWS login has expired: run `aws sso login`",
    "SSOTokenLoadError": "the AWS login has expired: run `aws sso login`",
    "TokenRetrievalError": "the AWS login has expired: run `aws sso login`",
}
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_common-errors.html and
# https://docs.aws.amazon.com/apigateway/latest/developerguide/CommonErrors.html, read 2026-11.
_OF_CODES = {
    "ExpiredToken": "the AWS credentials have expired: log in again",
    "ExpiredTokenException": "the AWS credentials have expired: log in again",
    "InvalidClientTokenId": "AWS does not accept the credentials: log in again, or choose another AWS_PROFILE",
    "UnrecognizedClientException": "AWS does not accept the credentials: log in again, or choose another AWS_PROFILE",
}


def is_aws_error(error: BaseException) -> bool:
    """Whether boto3 raised it."""
    return type(error).__module__.startswith("botocore")


def aws_error(error: BaseException) -> str:
    """The line. An error that is not known here is described in boto3's own words."""
    name, said = type(error).__name__, " ".join(str(error).split())
    response = getattr(error, "response", None)
    if isinstance(response, dict):
        code, message = (str(response.get("Error", {}).get(key, "")) for key in ("Code", "Message"))
        return _OF_CODES.get(code, f"AWS refused the call: {code}: {' '.join(message.split())}")
    if name == "ProfileNotFound":
        return f"{said}: choose another aws.profile or AWS_PROFILE, or configure it on this machine"
    if name in {"EndpointConnectionError", "ConnectTimeoutError", "ReadTimeoutError"}:
        return f"AWS cannot be reached: {said}"
    return _OF_CLASSES.get(name, said)
