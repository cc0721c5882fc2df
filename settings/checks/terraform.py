"""Where Terraform runs, and with which provider."""

from collections.abc import Iterator

from settings.backend import CloudBackend
from settings.fields import EnvironmentFields
from settings.problem import Problem
from settings.provider_version import admits_next_major


def warned(environment: EnvironmentFields) -> Iterator[Problem]:
    """What exists only on this machine, for a run elsewhere; provider versions that do not exist yet."""
    aws = environment.aws
    if isinstance(environment.backend, CloudBackend):
        if aws.profile is not None:
            yield Problem(
                ("aws", "profile"),
                "a remote run has no profiles; give the workspace dynamic credentials, or set it to local execution",
            )
        if aws.endpoint_url is not None:
            yield Problem(
                ("aws", "endpoint_url"), "a remote run may not reach this address; set the workspace to local execution"
            )
    if aws.provider_version is not None and admits_next_major(aws.provider_version):
        yield Problem(
            ("aws", "provider_version"),
            'allows version 7 and later, which may lack arguments; end it with "< 7.0.0"',
        )
