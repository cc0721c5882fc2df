"""`python demo/watched.py FOLDER MODULE`: run a module as long as stdin is open at the other end.

A process that is killed (kill -9) cannot clean up, but the system closes its end of the pipe.
"""

import os
import runpy
import shutil
import signal
import sys
import threading


def _end_with_the_other_end(folder: str) -> None:
    while os.read(sys.stdin.fileno(), 1024):
        pass
    shutil.rmtree(folder, ignore_errors=True)
    # This also stops everything that it has started, because the caller gave it a separate session.
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    folder, module = sys.argv[1:]
    threading.Thread(target=_end_with_the_other_end, args=(folder,), daemon=True).start()
    del sys.argv[1:]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
