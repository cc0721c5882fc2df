"""The main job, shown: deploy to a local AWS emulator with the real CDKTF CLI and Terraform, and hit the limits."""
