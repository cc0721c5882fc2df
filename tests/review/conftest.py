"""A slow machine, or the engine's compilation, must not exceed a test's deadline."""

from hypothesis import settings

settings.register_profile("review", deadline=None)
settings.load_profile("review")
