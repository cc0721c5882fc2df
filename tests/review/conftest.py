"""A machine that others use too, or that compiles the engine first, breaks nobody's deadline."""

from hypothesis import settings

settings.register_profile("review", deadline=None)
settings.load_profile("review")
