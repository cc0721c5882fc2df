"""`make bench-tokens`: limits in tokens of Spillway and of the LiteLLM proxy, side by side.

python -m bench.token_limits [runs]
"""

import sys

from bench.token_limits.comparison import compare, show
from bench.token_limits.litellm_proxy import missing
from bench.token_limits.processes import NotStartedError
from demo.interruption import interruptible

_RUNS = 3

if __name__ == "__main__":
    if reason := missing():
        sys.exit(reason)
    interruptible()
    try:
        show(compare(int(sys.argv[1]) if sys.argv[1:] else _RUNS))
    except NotStartedError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
