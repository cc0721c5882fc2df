"""The limits that API Gateway itself keeps."""
