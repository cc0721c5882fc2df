"""How many examples the widest properties are tried with."""

from hypothesis import settings

THOROUGH = "thorough"

settings.register_profile(THOROUGH)


def examples(number: int) -> int:
    """That many in `make check`, which loads the profile; a quarter of them in `make test`."""
    return number if settings.get_current_profile_name() == THOROUGH else number // 4
