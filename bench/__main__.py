"""`make bench`: every speed that is promised, measured in one run, each beside what it is compared with."""

import sys

from bench import log_formats, replay, synthesis

if __name__ == "__main__":
    synthesis.main()
    kept = replay.main()
    log_formats.main()
    sys.exit(kept)
