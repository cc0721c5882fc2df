"""The REST API: routes and what answers behind them, deployment, stage, and what a limited caller gets."""
