"""`make deploy ENV=prod`: everything that a deploy takes, until the stage serves what the environment file names."""
