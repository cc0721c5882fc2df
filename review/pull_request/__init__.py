"""What a pull request changes in the environments, as one comment."""
