"""The AWS SDK, which Lambda's Node.js runtimes contain and the emulator does not."""

import os
import signal
import subprocess
from pathlib import Path

from deploy.terraform import ROOT

_FOLDER = ROOT / "tests" / "metering" / "node_modules"
_INSTALLS_WITHIN_SECONDS = 600


class PackagesUnavailableError(Exception):
    """npm could not install the packages. The message is the end of its output."""


def lambda_packages() -> Path:
    """The folder with the packages. `make lambda-client` installs them if they are missing."""
    process = subprocess.Popen(
        [os.environ.get("MAKE", "make"), "--no-print-directory", "lambda-client"],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # This process handles a Ctrl-C in the terminal, and npm starts processes of its own.
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=_INSTALLS_WITHIN_SECONDS)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        if isinstance(error, subprocess.TimeoutExpired):
            reason = f"make lambda-client took more than {_INSTALLS_WITHIN_SECONDS} s"
            raise PackagesUnavailableError(reason) from None
        raise
    if process.returncode:
        raise PackagesUnavailableError(
            f"make lambda-client failed: {(output.strip().splitlines() or ['no reason'])[-1]}"
        )
    return _FOLDER
