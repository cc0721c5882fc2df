"""Logs, metrics from these logs, alarms, a dashboard and saved queries."""
