"""Decides request after request what each layer answers: exact token buckets, an estimate of WAF's windows.

Compiled by numba on first use; times are whole microseconds.
"""
