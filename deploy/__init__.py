"""`make deploy ENV=prod`: all steps of a deploy, until the stage serves the configuration of the environment file."""
