"""`make bench`: every speed that is promised, measured in one run, each beside what it is compared with."""

import sys

from bench import replay, synthesis

if __name__ == "__main__":
    synthesis.main()
    sys.exit(replay.main())
