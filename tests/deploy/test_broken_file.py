"""One environment file is refused: the CDKTF CLI deploys the others, and Terraform gets nowhere with its stack."""

from collections.abc import Callable

import pytest

from demo.command_line import Cdktf, CommandFailedError
from tests.environment_files import MINIMAL, changed, write


def test_the_others_are_planned_and_it_is_not(cdktf: Callable[..., Cdktf], aws: str) -> None:
    emulated = changed(region=f'region = "us-east-1"\nendpoint_url = "{aws}"')
    stack = cdktf("good", emulated)
    write(stack.environments, MINIMAL.replace("rate_limit = 10", "rate_limit = 0"), "broken")
    assert stack.plan("good")
    with pytest.raises(CommandFailedError, match=r"broken\.toml:12: throttling\.rate_limit = 0: must be greater"):
        stack.plan("broken")
