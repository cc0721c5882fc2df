"""Loaded first, so that the provider package is loaded lazily here as it is in main.py."""

import lazy_provider

lazy_provider.install()
