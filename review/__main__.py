"""`python -m review`: 1 where something is refused, in one line."""

import sys

from review.commands import main

sys.exit(main(sys.argv[1:]))
