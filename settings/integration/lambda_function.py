"""`type = "lambda"`: an existing function, or one that Spillway creates from a folder."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from settings.base import LARGEST_INTEGER, Items
from settings.file_reference import CodeFolder
from settings.integration.allow import Allow
from settings.integration.transfer import Transfer
from settings.observability.log_group import DEFAULT_RETENTION_IN_DAYS, RetentionInDays

FunctionArn = Annotated[
    str,
    Field(
        pattern=r"^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:function:[A-Za-z0-9_-]{1,64}(:(\$LATEST|[A-Za-z0-9_-]+))?$"
    ),
]
"""A function, or a version or alias of it."""

# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, read 2026-11.
MemorySize = Annotated[int, Field(ge=128, le=10_240)]
FunctionTimeout = Annotated[int, Field(ge=1, le=900)]
Concurrency = Annotated[int, Field(ge=0, le=LARGEST_INTEGER)]

# https://docs.aws.amazon.com/lambda/latest/dg/configuration-envvars.html, "Reserved environment variables", and
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html, read 2026-11.
RESERVED_VARIABLES = frozenset(
    {"AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_DEFAULT_REGION", "AWS_EXECUTION_ENV", "AWS_REGION"}
    | {"AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "LAMBDA_RUNTIME_DIR", "LAMBDA_TASK_ROOT"}
    | {f"AWS_LAMBDA_{name}" for name in ("FUNCTION_MEMORY_SIZE", "FUNCTION_NAME", "FUNCTION_VERSION")}
    | {f"AWS_LAMBDA_{name}" for name in ("INITIALIZATION_TYPE", "LOG_GROUP_NAME", "LOG_STREAM_NAME", "RUNTIME_API")}
)
MOST_BYTES_OF_VARIABLES = 4096


def _is_taken(variables: dict[str, str]) -> dict[str, str]:
    for name in sorted(RESERVED_VARIABLES & variables.keys()):
        raise ValueError(f"must not contain {name}, which Lambda sets itself")
    size = sum(len(f"{name}{value}".encode()) for name, value in variables.items())
    if size > MOST_BYTES_OF_VARIABLES:
        raise ValueError(f"must contain at most {MOST_BYTES_OF_VARIABLES} bytes, names and values together, not {size}")
    return variables


Variables = Annotated[dict[Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]+$")], str], AfterValidator(_is_taken)]

_OF_CODE = frozenset(
    {"runtime", "handler", "memory_size", "timeout", "environment", "reserved_concurrent_executions"}
    | {"log_retention_in_days", "allow"}
)


class LambdaIntegration(Transfer):
    """AWS_PROXY: the function gets the whole request as an event. Set either `function_arn` or `code`."""

    type: Literal["lambda"]

    function_arn: FunctionArn | None = None
    """ARN of an existing function in the same Region. Spillway only adds the permission for this route."""

    code: Annotated[CodeFolder | None, Field(title="Code")] = None
    """A folder, relative to the environment file. Its files become the function's zip."""

    runtime: Annotated[str, Field(pattern=r"^[a-z0-9.]+$")] | None = None
    """Runtime of the function, such as `python3.13` or `nodejs24.x`. Required with `code`."""

    handler: Annotated[str, Field(pattern=r"^[^\s]{1,128}$")] | None = None
    """Handler of the function, such as `app.handler`. Required with `code`."""

    memory_size: MemorySize = 128
    """Memory of the function in MB."""

    timeout: FunctionTimeout = 29
    """Seconds after which Lambda stops the function."""

    environment: Variables = {}
    """Environment variables of the function. They are in clear text in Terraform's state."""

    reserved_concurrent_executions: Concurrency | None = None
    """The only real cap on concurrent calls, which API Gateway does not have. Default: the account's shared pool.

    Lambda keeps 100 unreserved for the account, and a new account may have fewer in total: docs/backends.md.
    """

    log_retention_in_days: RetentionInDays = DEFAULT_RETENTION_IN_DAYS
    """How many days CloudWatch keeps the log of a function made from `code`."""

    allow: Items[Allow] = ()
    """What the function's role may do, in addition to writing its log. Default: nothing else."""

    @model_validator(mode="after")
    def _is_one_or_the_other(self) -> Self:
        if (self.function_arn is None) == (self.code is None):
            raise ValueError("must have either function_arn or code")
        if self.code is None:
            unfit = sorted(_OF_CODE & self.model_fields_set)
            if unfit:
                raise ValueError(f"must have no {', '.join(unfit)}: they belong to code, and function_arn is set")
        elif self.runtime is None or self.handler is None:
            raise ValueError("must have runtime and handler together with code")
        return self
