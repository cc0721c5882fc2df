"""What the stage serves after `make deploy`, and after only an apply, if it serves a snapshot like AWS."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.deploy.aws_double.double import Double
from tests.deploy.aws_double.snapshot import Served
from tests.deploy.aws_double.stages import Stages
from tests.deploy.provider_process import Attached
from tests.environment_files import ROOT

NAME = "lagging"
BASE = """
[aws]
region = "us-east-1"
endpoint_url = "AWS"

[api]
name = "lagging"

[stage]
name = "test"

[throttling]
rate_limit = 10
burst_limit = 5
"""
MOCK = '[[routes]]\nmethod = "POST"\npath = "/chat"\nintegration = { type = "mock", body = "{}" }\n'
HTTP = MOCK.replace('type = "mock", body = "{}"', 'type = "http", url = "http://127.0.0.1:9999/chat"')
BEDROCK = MOCK.replace('type = "mock", body = "{}"', 'type = "bedrock", model_id = "anthropic.claude-sonnet-4-6"')
ACCEPTED = MOCK.replace('body = "{}"', 'body = "{}", status = 202')
OLD = '[[routes]]\nmethod = "GET"\npath = "/old"\n'
RENAMED = OLD.replace("/old", "/new")
CORS = '[cors]\nallow_origins = ["*"]\n'
POLICY = '[resource_policy]\nsource_ips = ["127.0.0.1"]\n'
ROWS = """
[[routes]]
method = "POST"
path = "/rows"

[routes.integration]
type = "aws_service"
service = "dynamodb"
action = "PutItem"
request_template = "{}"
role_arn = "arn:aws:iam::000000000000:role/first"
"""
OTHER_ROLE = ROWS.replace("role/first", "role/second")
NO_TEMPLATE = OTHER_ROLE.replace('request_template = "{}"', "")
OTHER_TEMPLATE = OTHER_ROLE.replace('request_template = "{}"', 'request_template = "{ }"')

SERVICE_STATUSES = {"200", "400", "429", "502"}


@dataclass(frozen=True)
class Project:
    """One environment file and its stack, deployed as a user deploys it."""

    folder: Path
    aws: str
    binary: str
    attached: Attached
    stages: Stages

    def write(self, *parts: str) -> None:
        environments = self.folder / "environments"
        environments.mkdir(exist_ok=True)
        text = "\n".join([BASE.replace("AWS", self.aws), *parts])
        (environments / f"{NAME}.toml").write_text(text, encoding="utf-8")

    def make_deploy(self, *options: str, answer: str = "") -> subprocess.CompletedProcess[str]:
        return self._run([sys.executable, "-m", "deploy", NAME, *options], cwd=ROOT, answer=answer)

    def apply(self) -> str:
        """What `cdktf deploy` runs, and what it prints."""
        assert self._run([sys.executable, "-O", "main.py"], cwd=ROOT).returncode == 0
        done = self._run([self.binary, "apply", "-auto-approve", "-input=false", "-no-color"], cwd=self.stack)
        assert done.returncode == 0, done.stdout
        return done.stdout

    def plan(self) -> tuple[int, str]:
        """Terraform's exit code, 0 for an empty plan and 2 for another one, and what it prints."""
        command = [self.binary, "plan", "-input=false", "-no-color", "-detailed-exitcode"]
        done = self._run(command, cwd=self.stack)
        return done.returncode, done.stdout

    def destroy(self) -> None:
        assert (
            self._run(
                [self.binary, "destroy", "-auto-approve", "-refresh=false", "-no-color"], cwd=self.stack
            ).returncode
            == 0
        )

    @property
    def stack(self) -> Path:
        return self.folder / "out" / "stacks" / NAME

    @property
    def served(self) -> dict[str, Served]:
        snapshot = self.stages.served(self.api_id, "test")
        return snapshot.routes

    @property
    def api_id(self) -> str:
        # Unlike `state show`, this needs no provider, which would take seconds.
        resources = json.loads(self._run([self.binary, "state", "pull"], cwd=self.stack).stdout)["resources"]
        (api,) = (each for each in resources if each["type"] == "aws_api_gateway_rest_api")
        return str(api["instances"][0]["attributes"]["id"])

    def _run(self, command: list[str], *, cwd: Path, answer: str = "") -> subprocess.CompletedProcess[str]:
        environment = os.environ | self.attached.variables
        environment |= {"ENVIRONMENTS": str(self.folder / "environments"), "CDKTF_OUTDIR": str(self.folder / "out")}
        return subprocess.run(
            command,
            cwd=cwd,
            env=environment,
            input=answer,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


@pytest.fixture(scope="module")
def project(
    tmp_path_factory: pytest.TempPathFactory, double: Double, binary: str, attached: Attached
) -> Iterator[Project]:
    made = Project(tmp_path_factory.mktemp("lagging"), double.url, binary, attached, double.stages)
    # The provider runs in a separate folder, and the path of a function's zip is relative to the stack's folder.
    (attached.folder / "functions" / "post_chat.zip").symlink_to(made.stack / "functions" / "post_chat.zip")
    made.write(MOCK, OLD, ROWS, CORS, POLICY)
    done = made.make_deploy("--yes")
    assert done.returncode == 0, done.stdout
    try:
        yield made
    finally:
        made.destroy()


def statuses(route: Served) -> set[str]:
    return set(route.responses)


# In this order, each one starting from the result of the previous one.
CHANGES: dict[str, tuple[tuple[str, ...], Callable[[dict[str, Served]], bool]]] = {
    "a removed route": (
        (MOCK, ROWS, CORS, POLICY),
        lambda served: set(served) == {"POST /chat", "POST /rows", "OPTIONS /chat", "OPTIONS /rows"},
    ),
    "another status": ((ACCEPTED, ROWS, CORS, POLICY), lambda served: statuses(served["POST /chat"]) == {"202"}),
    "mock to http, CORS off": (
        (HTTP, ROWS, POLICY),
        lambda served: (
            {route: each.type for route, each in served.items()} == {"POST /chat": "HTTP_PROXY", "POST /rows": "AWS"}
            and served["POST /chat"].uri == "http://127.0.0.1:9999/chat"
        ),
    ),
    "another role": (
        (HTTP, OTHER_ROLE, POLICY),
        lambda served: (
            served["POST /rows"].credentials == "arn:aws:iam::000000000000:role/second"
            and statuses(served["POST /rows"]) == SERVICE_STATUSES
        ),
    ),
    "another template": (
        (HTTP, OTHER_TEMPLATE, POLICY),
        lambda served: served["POST /rows"].request_templates == {"application/json": "{ }"},
    ),
    "a template that goes, http to bedrock": (
        (BEDROCK, NO_TEMPLATE, POLICY),
        lambda served: (
            served["POST /chat"].type == "AWS_PROXY"
            and served["POST /rows"].passthrough_behavior == "WHEN_NO_MATCH"
            and statuses(served["POST /rows"]) == SERVICE_STATUSES
        ),
    ),
    "bedrock to mock, a renamed path": (
        (MOCK, RENAMED, NO_TEMPLATE, POLICY),
        lambda served: served["POST /chat"].type == "MOCK" and statuses(served["POST /chat"]) == {"200"},
    ),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_stage_serves_what_the_file_names_and_the_next_plan_is_empty(project: Project, change: str) -> None:
    parts, holds = CHANGES[change]
    project.write(*parts)
    done = project.make_deploy("--yes")
    assert done.returncode == 0, done.stdout
    assert done.stdout.rstrip().endswith("Deployed. The stage serves what the environment file configures.")
    assert holds(project.served), project.served
    code, said = project.plan()
    assert (code, "Warning" in said) == (0, False), said


def test_an_apply_alone_says_at_every_plan_that_the_stage_lags_until_make_deploy_mends_it(project: Project) -> None:
    project.write(MOCK, NO_TEMPLATE)
    said = project.apply()
    lags = f"make deploy ENV={NAME}"
    assert "Check block assertion failed" in said
    assert lags in said
    assert "GET /new" in project.served
    assert project.stages.served(project.api_id, "test").policy is not None
    for _ in range(2):
        code, said = project.plan()
        assert code == 0
        words = " ".join(said.split())
        assert lags in words
        assert "Only the stage has: GET /new mock 200, a resource policy." in words
    done = project.make_deploy("--yes")
    assert done.returncode == 0, done.stdout
    assert set(project.served) == {"POST /chat", "POST /rows"}
    assert project.stages.served(project.api_id, "test").policy is None
    assert "Warning" not in project.plan()[1]


def test_nothing_is_changed_before_somebody_agrees(project: Project) -> None:
    project.write(HTTP, NO_TEMPLATE)
    done = project.make_deploy(answer="y\n")
    assert done.returncode == 1
    assert "aws_api_gateway_integration.post_chat must be replaced" in done.stdout
    assert "Terraform first forgets them" in done.stdout
    assert done.stdout.rstrip().endswith("Not deployed: nothing was changed.")
    assert project.served["POST /chat"].type == "MOCK"
    done = project.make_deploy(answer="yes\n")
    assert done.returncode == 0, done.stdout
    assert project.served["POST /chat"].type == "HTTP_PROXY"


def test_a_second_run_has_nothing_to_do(project: Project) -> None:
    done = project.make_deploy()
    assert done.returncode == 0
    assert "Nothing to do" in done.stdout
