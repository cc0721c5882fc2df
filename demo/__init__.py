"""Shows Spillway's main task: deploys to a local AWS emulator with the real CDKTF CLI and Terraform, and reaches the
limits.
"""
