"""The LiteLLM proxy with two workers for two cores, and its own Redis."""

import http.client
import json
import secrets
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.token_limits.plans import TOKENS_PER_MINUTE
from bench.token_limits.processes import HERE, program, wait_until
from demo.emulator import free_port

LITELLM = HERE / ".venv" / "bin" / "litellm"
_REDIS = "redis-server"
_WORKERS = 2
_READY_WITHIN_SECONDS = 400


def missing() -> str | None:
    """What is not installed, in one line."""
    if not LITELLM.is_file():
        return "LiteLLM is not installed: make bench-tokens installs it"
    if shutil.which(_REDIS) is None:
        return f"{_REDIS} is not installed: apt-get install redis-server, or your system's package of it"
    return None


@dataclass(frozen=True, kw_only=True)
class LiteLlm:
    """The proxy, running."""

    url: str
    redis_port: int
    processes: tuple[int, ...]
    """The process ids of the proxy, which starts its workers. Redis is not included."""

    @property
    def counters(self) -> int:
        """The number of counters in Redis. Without any, each worker would count separately."""
        with socket.create_connection(("127.0.0.1", self.redis_port), timeout=10) as connection:
            connection.sendall(b"DBSIZE\r\n")
            return int(connection.recv(64).strip().removeprefix(b":"))


@contextmanager
def litellm_proxy(folder: Path, model: str, models: tuple[str, ...]) -> Iterator[LiteLlm]:
    """Run the proxy until the block ends."""
    redis_port, port = free_port(), free_port()
    shutil.copy(HERE / "litellm_auth.py", folder)
    # JSON is YAML. https://docs.litellm.ai/docs/proxy/redis_requirements, read 2026-11: several workers need Redis.
    settings = {
        "model_list": [
            {
                "model_name": name,
                "litellm_params": {"model": f"openai/{name}", "api_base": f"{model}/v1", "api_key": "none"},
            }
            for name in models
        ],
        "general_settings": {"custom_auth": "litellm_auth.user_api_key_auth"},
        "router_settings": {"redis_host": "127.0.0.1", "redis_port": redis_port, "num_retries": 0},
    }
    (folder / "config.yaml").write_text(json.dumps(settings), encoding="utf-8")
    variables = {
        "HOME": str(folder),
        "TOKENS_PER_MINUTE": json.dumps(TOKENS_PER_MINUTE),
        "REDIS_HOST": "127.0.0.1",
        "REDIS_PORT": str(redis_port),
        # It is not used, but the proxy does not start without it.
        "LITELLM_MASTER_KEY": f"sk-{secrets.token_hex(16)}",
        "LITELLM_TELEMETRY_DISABLED": "true",
        # The list of prices in the package, not the one on the web.
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        # The settings that its documentation recommends for production: no debug log, and no search for a .env file.
        "LITELLM_LOG": "ERROR",
        "LITELLM_MODE": "PRODUCTION",
    }
    redis = [_REDIS, "--port", str(redis_port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    proxy: list[str | Path] = [LITELLM, "--config", "config.yaml", "--host", "127.0.0.1", "--port", str(port)]
    with ExitStack() as started:
        log = started.enter_context((folder / "litellm.log").open("wb"))
        process = started.enter_context(program(redis, variables={}, log=log, folder=folder))
        wait_until(lambda: _listens(redis_port), process, seconds=_READY_WITHIN_SECONDS, what=_REDIS)
        process = started.enter_context(
            program([*proxy, "--num_workers", str(_WORKERS)], variables=variables, log=log, folder=folder)
        )
        wait_until(lambda: _answers(port), process, seconds=_READY_WITHIN_SECONDS, what="the LiteLLM proxy")
        yield LiteLlm(url=f"http://127.0.0.1:{port}", redis_port=redis_port, processes=(process.pid,))


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/liveliness")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()
