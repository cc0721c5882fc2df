"""`[observability.execution_log]`: what API Gateway did with each request, step by step."""

from typing import Literal

from settings.observability.log_group import LogGroup


class ExecutionLog(LogGroup):
    """Needs the account's CloudWatch role. AWS names the group, and would keep it for ever."""

    level: Literal["ERROR", "INFO"] = "ERROR"
    """`ERROR` logs failed requests only, `INFO` logs all requests."""

    data_trace: bool = False
    """Whole requests and responses in the log: prompts and completions. For a debugging session, never for users."""
