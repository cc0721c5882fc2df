"""The number of examples for the broadest properties, and no deadline for any: a slow machine is not a fault."""

from hypothesis import settings

THOROUGH = "thorough"
_ORDINARY = "ordinary"

settings.register_profile(THOROUGH, deadline=None)
settings.register_profile(_ORDINARY, deadline=None)
# `--hypothesis-profile` is read afterwards.
settings.load_profile(_ORDINARY)


def examples(number: int) -> int:
    """Return the number in `make check`, which loads the profile, and a quarter of it in `make test`."""
    return number if settings.get_current_profile_name() == THOROUGH else number // 4
