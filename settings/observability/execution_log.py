"""`[observability.execution_log]`: what API Gateway did with each request, step by step."""

from typing import Literal

from settings.observability.log_group import LogGroup


class ExecutionLog(LogGroup):
    """Needs the account's CloudWatch role. AWS chooses the group's name, and would keep the log forever."""

    level: Literal["ERROR", "INFO"] = "ERROR"
    """`ERROR` logs failed requests only, `INFO` logs all requests."""

    data_trace: bool = False
    """Logs whole requests and responses: prompts and completions. Only for a debugging session, never with users' data.
    """
