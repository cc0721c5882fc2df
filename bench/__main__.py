"""`make bench`: every speed that is promised, measured in one run, each beside what it is compared with."""

from bench import synthesis

if __name__ == "__main__":
    synthesis.main()
