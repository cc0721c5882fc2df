"""The number of examples for the broadest properties."""

from hypothesis import settings

THOROUGH = "thorough"

settings.register_profile(THOROUGH)


def examples(number: int) -> int:
    """Return the number in `make check`, which loads the profile, and a quarter of it in `make test`."""
    return number if settings.get_current_profile_name() == THOROUGH else number // 4
