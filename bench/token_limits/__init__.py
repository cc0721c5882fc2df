"""Limits in tokens compared with the LiteLLM proxy: the same arrivals, model server and machine, in one run."""
