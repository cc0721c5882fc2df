"""Checks with a few requests, which you agree to first, whether a deployed stage does what its environment file
sets.
"""
