"""Decides for one request after another what each layer answers: exact token buckets, and an estimate of WAF's windows.

numba compiles it on first use. Times are whole microseconds.
"""
