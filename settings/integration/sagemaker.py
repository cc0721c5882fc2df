"""`type = "sagemaker"`: a SageMaker endpoint, with nothing in between."""

from typing import Annotated, Literal

from pydantic import Field

from settings.integration.transfer import Transfer


class SagemakerIntegration(Transfer):
    """AWS integration with InvokeEndpoint: body and type go to the model as they came, and so do they come back."""

    type: Literal["sagemaker"]
    endpoint_name: Annotated[str, Field(pattern=r"^[A-Za-z0-9](-*[A-Za-z0-9]){0,62}$")]
    """Name of the SageMaker endpoint."""
