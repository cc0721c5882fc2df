"""`spillway new`: environment files from templates and from OpenAPI documents, and projects of your own."""
