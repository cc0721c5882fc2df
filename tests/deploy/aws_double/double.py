"""The double: the emulator, with AWS's answers in place of its own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.deploy.aws_double.absent_settings import left_out
from tests.deploy.aws_double.alarms import Alarms
from tests.deploy.aws_double.api_keys import with_a_value
from tests.deploy.aws_double.integrations import kept_whole
from tests.deploy.aws_double.mock_integrations import without_http_method
from tests.deploy.aws_double.patches import patched
from tests.deploy.aws_double.query_definitions import QueryDefinitions
from tests.deploy.aws_double.repeated_calls import RepeatedCalls
from tests.deploy.aws_double.request import Layer
from tests.deploy.aws_double.server import in_front_of
from tests.deploy.aws_double.stages import Stages
from tests.deploy.aws_double.vpc_links import VpcLinks
from tests.deploy.aws_double.web_acls import WebAcls


@dataclass(frozen=True)
class Double:
    """Its address, and what tests can ask it in addition to AWS's calls."""

    url: str
    emulator: str
    """The address of the emulator itself."""

    stages: Stages


@contextmanager
def aws_double(emulator: str) -> Iterator[Double]:
    """Run in front of the emulator at that URL during the block."""
    stages = Stages()
    kept: list[Layer] = [WebAcls(), QueryDefinitions(), Alarms(), VpcLinks()]
    layers: list[Layer] = [
        RepeatedCalls(),
        stages,
        *kept,
        without_http_method,
        left_out,
        patched,
        with_a_value,
        kept_whole,
    ]
    with in_front_of(emulator, layers) as url:
        yield Double(url, emulator, stages)
