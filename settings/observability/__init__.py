"""The `[observability]` table: logs, metrics, alarms and a dashboard, each with a word or a table of its own."""
