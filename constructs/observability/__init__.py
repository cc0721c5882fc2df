"""What the stage tells its operator: logs, metrics made of them, alarms, a dashboard and saved queries."""
