"""`python -m review`: exits with 1 and one line if something is refused."""

import sys

from review.commands import main

sys.exit(main(sys.argv[1:]))
