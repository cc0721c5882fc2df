"""The limits that API Gateway enforces itself."""
