"""How long API Gateway waits for a backend, and how it hands the answer on."""

from typing import Annotated, Literal

from pydantic import Field

from settings.model import Settings

# https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html, read 2026-11: 50 ms to 29 s unless AWS
# raised the account's quota, which it does for Regional and private APIs only.
USUAL_TIMEOUT = 29_000

# AWS streams for up to 15 minutes, but version 6.25.0 of the Terraform provider refuses more than 300 s
# (hashicorp/terraform-provider-aws issue 45472, mended later by pull request 45482).
LONGEST_TIMEOUT = 300_000


class Transfer(Settings):
    """What every integration can say."""

    timeout_milliseconds: Annotated[int, Field(ge=50, le=LONGEST_TIMEOUT)] = USUAL_TIMEOUT
    """Then the caller gets a 504. Above 29,000 for a buffered answer AWS must have raised the account's quota."""

    response_transfer_mode: Literal["BUFFERED", "STREAM"] = "BUFFERED"
    """`STREAM` sends each chunk on as it comes, as tokens want it; then the timeout may be 15 minutes long to AWS."""
