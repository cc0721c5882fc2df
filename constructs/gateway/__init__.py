"""The REST API: routes and their backends, the deployment, the stage, and the answers that API Gateway gives itself."""
