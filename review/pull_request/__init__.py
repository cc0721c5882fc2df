"""What a pull request does to the environments, in one comment."""
