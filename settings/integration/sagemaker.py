"""`type = "sagemaker"`: a SageMaker endpoint, without a function in between."""

from typing import Annotated, Literal

from pydantic import Field

from settings.integration.transfer import Transfer


class SagemakerIntegration(Transfer):
    """AWS integration with InvokeEndpoint: body and content type of request and response are passed on unchanged."""

    type: Literal["sagemaker"]
    endpoint_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$")]
    """Name of the SageMaker endpoint."""
