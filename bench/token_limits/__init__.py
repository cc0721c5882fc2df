"""Limits in tokens beside the LiteLLM proxy: the same arrivals, the same model server, the same machine, one run."""
