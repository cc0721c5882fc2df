"""The AWS provider as one process for many Terraform commands. Otherwise each would spend seconds of CPU to start its
own.

https://developer.hashicorp.com/terraform/plugin/debugging#starting-a-provider-in-debug-mode, read 2026-11. It has the
configuration of the last command, so two simultaneous commands, or two provider blocks in one root, would share it. It
has the environment and the working folder of its start, not those of a command.
"""

import json
import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

_STARTS_WITHIN_SECONDS = 60
_STOPS_WITHIN_SECONDS = 10
_VARIABLE = "TF_REATTACH_PROVIDERS"


@dataclass(frozen=True)
class Attached:
    """A running provider."""

    variables: Mapping[str, str]
    """The variables with which Terraform finds it."""

    folder: Path
    """The folder that the provider resolves relative paths against, such as that of a function's zip."""


@contextmanager
def provider_process(configuration: Path, folder: Path) -> Iterator[Attached]:
    """Started in `folder` while the block runs.

    `configuration` is a folder after `terraform init`, and the provider is the one in it. Without variables if there is
    none, or if it does not start: Terraform then starts its own.
    """
    found = sorted(configuration.glob(".terraform/providers/*/hashicorp/aws/*/*/terraform-provider-aws*"))
    if not found:
        yield Attached({}, folder)
        return
    # Configured a second time, it treats its own HTTP client as a custom one, which must not get certificates: "unable
    # to add custom RootCAs HTTPClient". Calls of 127.0.0.1 need none.
    environment = {name: value for name, value in os.environ.items() if name != "AWS_CA_BUNDLE"}
    registry = found[0].relative_to(configuration / ".terraform" / "providers").parts[0]
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(
            [found[0].resolve(), "-debug"],
            cwd=folder,
            env=environment | {"TF_LOG": "off"},
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=subprocess.STDOUT,
            # A Ctrl-C in the terminal is for the tests.
            start_new_session=True,
        )
        try:
            attached = _attached(process, said.fileno())
            variables = {_VARIABLE: json.dumps({f"{registry}/hashicorp/aws": attached})} if attached else {}
            yield Attached(variables, folder)
        finally:
            process.terminate()
            try:
                process.wait(_STOPS_WITHIN_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _attached(process: subprocess.Popen[bytes], said: int) -> dict[str, object] | None:
    """What it prints about how to reach it."""
    deadline = time.monotonic() + _STARTS_WITHIN_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        text = os.pread(said, 1 << 16, 0).decode(errors="replace")
        if line := re.search(rf"{_VARIABLE}='(.*)'", text):
            (attached,) = json.loads(line[1]).values()
            return dict(attached)
        time.sleep(0.05)
    return None
