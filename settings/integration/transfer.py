"""How long API Gateway waits for a backend, and how it passes the response on."""

from typing import Annotated, Literal

from pydantic import Field

from settings.base import Settings

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html, read 2026-11: 50 ms to 29 s unless AWS has
# raised the account's quota, which it does for Regional and private APIs only.
USUAL_TIMEOUT = 29_000

# The maximum that every version of the Terraform provider accepts for a buffered response. Versions before 6.26.0 also
# apply it to streams (hashicorp/terraform-provider-aws issue 45472, pull request 45482).
LONGEST_BUFFERED = 300_000

# https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html, read 2026-11: 15 minutes.
LONGEST_STREAM = 900_000


class Transfer(Settings):
    """The keys that every integration has."""

    timeout_milliseconds: Annotated[int, Field(ge=50, le=LONGEST_STREAM)] = USUAL_TIMEOUT
    """After this time the caller gets a 504. For a buffered response above 29,000, AWS must first raise the account's
    quota.

    Above 300,000 only for a stream, and only if `aws.provider_version` starts at 6.26.
    """

    response_transfer_mode: Literal["BUFFERED", "STREAM"] = "BUFFERED"
    """`STREAM` passes each chunk on as it arrives, which suits tokens. The timeout may then be up to 900,000."""
