"""`cdktf synth` prints the warnings for an environment file."""

from pathlib import Path

from stacks.rate_limited_api_stack import RateLimitedApiStack
from tests.environment_files import MINIMAL, environment
from tests.synthesis import app


def annotations(folder: Path, text: str) -> list[str]:
    settings = environment(folder, text)
    stack = RateLimitedApiStack(app(), settings.name, environment=settings)
    assert len(stack.node.metadata) == len(settings.warnings())
    return [entry.data for entry in stack.node.metadata if entry.type == "@cdktf/warn"]


def test_every_warning_is_an_annotation_of_the_stack(tmp_path: Path) -> None:
    text = MINIMAL + '[waf]\nmode = "count"\n[[waf.rate_rules]]\nname = "per-ip"\nlimit = 3006\n'
    assert annotations(tmp_path, text) == [
        "waf.mode = 'count': all rules only count; set it to \"block\" to enforce them",
        (
            "rate rule per-ip: limit = 3006: never reached: all callers of POST /chat share 10 requests per second "
            "and 5 at once, which is less in any 300 s"
        ),
    ]


def test_without_warnings_there_is_none(tmp_path: Path) -> None:
    assert annotations(tmp_path, MINIMAL) == []
