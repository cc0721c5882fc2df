"""Checks that need more than one field: they compare the layers with each other. There is one file for each layer."""
