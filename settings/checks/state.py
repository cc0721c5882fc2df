"""Where the states of several environments are stored."""

from collections.abc import Iterator, Mapping

from settings.backend import CloudBackend, S3Backend
from settings.fields import EnvironmentFields
from settings.problem import Problem


def refused(environments: Mapping[str, EnvironmentFields]) -> Iterator[tuple[str, Problem]]:
    """Files whose stack would overwrite another stack's state and destroy its resources."""
    taken: dict[tuple[str, ...], str] = {}
    for file, environment in environments.items():
        match environment.backend:
            case S3Backend() as s3:
                field, key = "key", s3.object_key(environment.name)
                place: tuple[str, ...] = (s3.bucket, key)
            case CloudBackend(workspace=str(key)) as cloud:
                field, place = "workspace", (cloud.hostname, cloud.organization, key)
            case _:
                # A local file is named after its environment. With tags, TF_WORKSPACE selects the workspace.
                continue
        other = taken.setdefault(place, file)
        if other != file:
            yield (
                file,
                Problem(("backend", field), f"{other} also stores its state in {key}; each stack needs its own place"),
            )
