"""The command `spillway`: all commands in one place."""
