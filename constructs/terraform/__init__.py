"""Readable Terraform addresses."""
