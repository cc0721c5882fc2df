"""Limits in tokens, deployed: OpenAI's own client with a key reaches a limit, gets the 429, and is served again."""

import threading
import time
from collections.abc import Iterator

import openai
import pytest

from demo.command_line import Cdktf
from demo.emulator import emulator, emulator_client, free_port
from tests.deploy.deployed import KEYS, Deployed
from tests.environment_files import write
from tests.metering.model_server import ModelServer
from tests.metering.node import PACKAGES

ENVIRONMENT = """
[aws]
region = "us-east-1"
endpoint_url = "EMULATOR"

[api]
name = "metered"

[stage]
name = "v1"

[throttling]
rate_limit = 100
burst_limit = 100

[usage_plans.free]
tokens_per_minute = 60
tokens_per_day = 100_000
concurrent_requests = 5
api_keys = [{ name = "trial", value = "variable" }]

[[routes]]
method = "POST"
path = "/v1/{proxy+}"
api_key_required = true

[routes.integration]
type = "http"
url = "MODEL/v1/{proxy}"
"""

pytestmark = pytest.mark.skipif(not PACKAGES.is_dir(), reason="tests/metering/node_modules is not installed")


@pytest.fixture(scope="module")
def metered(binary: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    model = ModelServer()
    threading.Thread(target=model.serve_forever, daemon=True).start()
    folder = tmp_path_factory.mktemp("metered")
    environments = folder / "environments"
    environments.mkdir()
    with emulator(free_port(), node_modules=PACKAGES) as url:
        write(environments, ENVIRONMENT.replace("EMULATOR", url).replace("MODEL", model.url), "metered")
        variables = {"api_key_value_trial": KEYS["trial"]}
        stack = Cdktf(folder, environments=environments, binary=binary, report=print, variables=variables)
        try:
            yield Deployed(stack, "metered", stack.deploy("metered") | {"emulator": url})
        finally:
            stack.destroy("metered")
            model.shutdown()
            model.server_close()


def client(metered: Deployed) -> openai.OpenAI:
    url = f"{metered.outputs['http_endpoint']}/v1"
    return openai.OpenAI(api_key="none", base_url=url, max_retries=0, default_headers={"x-api-key": KEYS["trial"]})


def ask(metered: Deployed, max_tokens: int) -> None:
    message: openai.types.chat.ChatCompletionUserMessageParam = {"role": "user", "content": "hello"}
    with client(metered) as openai_client:
        openai_client.chat.completions.create(model="m", max_tokens=max_tokens, messages=[message])


def test_a_limit_is_reached_and_the_caller_is_served_again_when_it_says(metered: Deployed) -> None:
    # The first uses 27 tokens, and one per second is added: the second, which may use 55, finds too few.
    ask(metered, 40)
    with pytest.raises(openai.RateLimitError) as refused:
        ask(metered, 40)
    assert refused.value.code == "tokens_exceeded"
    headers = refused.value.response.headers
    assert headers["x-ratelimit-limit-tokens"] == "60"
    time.sleep(int(headers["retry-after"]))
    ask(metered, 40)
    [item] = emulator_client(metered.outputs["emulator"], "dynamodb").scan(TableName="metered-v1-token-limits")["Items"]
    assert item["id"]["S"].startswith("api_key#")
    assert item["plan:c"] == {"N": "0"}


def test_the_table_as_terraform_holds_it(metered: Deployed) -> None:
    table = metered.resources["aws_dynamodb_table.token_limits"]
    assert (table["billing_mode"], table["ttl"][0]["attribute_name"]) == ("PAY_PER_REQUEST", "e")
