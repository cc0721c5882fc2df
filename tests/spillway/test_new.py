"""`spillway new`: the files that it writes are accepted, and say what their author has to know."""

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settings.integration import HttpIntegration, PrivateIntegration
from settings.read import read_environment
from settings.route import Route
from spillway.commands import Template, main
from spillway.new.openapi import gateway_path, read_operations

BEARER = {"type": "http", "scheme": "bearer"}
VLLM: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "vLLM API\nserver", "version": "1"},
    "paths": {
        "/health": {"get": {"responses": {}}},
        "/v1/models": {"get": {}, "parameters": [], "summary": "The models"},
        "/v1/models/{model_id}": {"get": {"security": []}},
        "/v1/chat/completions": {
            "post": {
                "requestBody": {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Chat"}}}}
            }
        },
        "/v1/embeddings": {"post": {"requestBody": {"content": {"application/json": {"schema": {"type": "object"}}}}}},
    },
    "components": {
        "schemas": {
            "Chat": {"anyOf": [{"$ref": "#/components/schemas/Whole"}]},
            "Whole": {"type": "object", "properties": {"model": {}, "stream": {"type": "boolean"}}},
        },
        "securitySchemes": {"Bearer": BEARER},
    },
}


def written(folder: Path, document: object, *options: str) -> Path:
    source = folder / "openapi.json"
    source.write_text(json.dumps(document), encoding="utf-8")
    assert main(["new", "api", "--from", str(source), *options]) == 0
    return folder / "environments" / "api.toml"


def http(route: Route) -> HttpIntegration:
    assert isinstance(route.integration, HttpIntegration)
    return route.integration


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("template", Template)
@pytest.mark.parametrize("region", ["us-east-1", "eu-west-1"])
def test_a_template_is_accepted_without_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], template: Template, region: str
) -> None:
    assert main(["new", "mine", "--template", template, "--region", region]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[0] == "wrote environments/mine.toml"
    notes = {
        Template.VLLM: ["https"],
        Template.PRIVATE: ["https", "the load balancer, the subnets and the security group are placeholders"],
    }
    assert [line.partition(":")[0] for line in said[1:]] == notes.get(template, [])
    environment = read_environment(tmp_path / "environments" / "mine.toml")
    assert (environment.warnings(), environment.api.name, environment.aws.region) == ((), "mine", region)
    assert "@" not in (tmp_path / "environments" / "mine.toml").read_text(encoding="utf-8")


def test_the_server_of_a_template_is_named(tmp_path: Path) -> None:
    assert main(["new", "mine", "--template", "vllm", "--url", "https://gpu.acme.dev/"]) == 0
    environment = read_environment(tmp_path / "environments" / "mine.toml")
    urls = [route.integration.url for route in environment.routes if isinstance(route.integration, HttpIntegration)]
    assert urls[0] == "https://gpu.acme.dev/v1/chat/completions"
    assert len(urls) == len(environment.routes)


def test_the_server_in_a_vpc_may_have_a_private_name(tmp_path: Path) -> None:
    assert main(["new", "mine", "--template", "private", "--url", "https://llm.internal"]) == 0
    environment = read_environment(tmp_path / "environments" / "mine.toml")
    links = [route.integration for route in environment.routes if isinstance(route.integration, PrivateIntegration)]
    assert links[0].url == "https://llm.internal/v1/chat/completions"
    assert len(links) == len(environment.routes)
    assert len({(link.load_balancer_arn, link.subnet_ids) for link in links}) == 1


def test_every_operation_is_a_route_with_a_throttle(tmp_path: Path) -> None:
    file = written(tmp_path, VLLM, "--url", "https://gpu.acme.dev")
    environment = read_environment(file)
    keys = [
        "GET /health",
        "GET /v1/models",
        "GET /v1/models/{model_id}",
        "POST /v1/chat/completions",
        "POST /v1/embeddings",
    ]
    assert [route.key for route in environment.routes] == keys
    assert list(tomllib.loads(file.read_text(encoding="utf-8"))["throttling"]["routes"]) == keys
    assert {route.api_key_required for route in environment.routes} == {True}
    assert environment.warnings() == ()
    urls = {route.key: route.integration.url for route in environment.routes if route.integration.type == "http"}
    assert urls["GET /v1/models/{model_id}"] == "https://gpu.acme.dev/v1/models/{model_id}"
    modes = {route.key for route in environment.routes if route.integration.response_transfer_mode == "STREAM"}
    assert modes == {"POST /v1/chat/completions"}


def test_what_the_server_asks_for_is_a_hint(tmp_path: Path) -> None:
    secured = VLLM | {"security": [{"Bearer": []}, {"Key": []}]}
    schemes = {"Bearer": BEARER, "Key": {"type": "apiKey", "in": "header", "name": "X-API-Key"}}
    secured["components"] = VLLM["components"] | {"securitySchemes": schemes}
    text = written(tmp_path, secured, "--url", "https://gpu.acme.dev").read_text(encoding="utf-8")
    # One operation is open.
    assert text.count("# The server requires Authorization: Bearer or the header X-API-Key.\n[[routes]]") == 4
    environment = read_environment(tmp_path / "environments" / "api.toml")
    # The server reads Authorization, so the key of the plan is elsewhere; it goes through if the server reads it too.
    assert environment.api.key_source == "HEADER"
    dropped = {route.key: http(route).drop_headers for route in environment.routes}
    assert dropped["GET /v1/models/{model_id}"] == ("x-api-key",)
    assert dropped["POST /v1/chat/completions"] == ()


def test_without_security_the_keys_come_as_sdks_send_them_and_stay_here(tmp_path: Path) -> None:
    environment = read_environment(written(tmp_path, VLLM, "--url", "https://gpu.acme.dev"))
    assert environment.api.key_source == "BEARER"
    assert {http(route).drop_headers for route in environment.routes} == {("Authorization", "x-api-key")}


def test_the_server_gets_no_key_of_a_plan_however_it_writes_its_header(tmp_path: Path) -> None:
    schemes = {"Key": {"type": "apiKey", "in": "header", "name": "authorization"}}
    document = VLLM | {"security": [{"Key": []}], "components": VLLM["components"] | {"securitySchemes": schemes}}
    environment = read_environment(written(tmp_path, document, "--url", "https://gpu.acme.dev"))
    assert environment.api.key_source == "HEADER"
    assert {http(route).drop_headers for route in environment.routes} == {("x-api-key",)}


def test_what_is_left_out_is_a_line_of_text(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    odd: Any = {"/a\n::notice::b": {"get": {}}, "/c": {"x\u001b[31m": {}, "get": {}}, "/../d/.": {"get": {}}}
    environment = read_environment(written(tmp_path, VLLM | {"paths": odd}, "--url", "https://gpu.acme.dev"))
    assert [route.path for route in environment.routes] == ["/c"]
    said = capsys.readouterr().out
    assert said.count("left out: ") == 3
    assert "\n::notice" not in said
    assert "\u001b" not in said


def test_a_title_is_no_line_of_the_file(tmp_path: Path) -> None:
    document = VLLM | {"info": {"title": "x\n[aws]\nregion = 'eu-west-1'\u2028"}}
    assert read_environment(written(tmp_path, document)).aws.region == "us-east-1"


def test_only_some_paths_are_taken(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    environment = read_environment(written(tmp_path, VLLM, "--only", "/v1/chat/*", "--only", "/health"))
    assert [route.key for route in environment.routes] == ["GET /health", "POST /v1/chat/completions"]
    capsys.readouterr()
    assert main(["new", "other", "--from", "openapi.json", "--only", "/nowhere"]) == 1
    assert capsys.readouterr().err == (
        "openapi.json: describes no operation whose path matches /nowhere that API Gateway can have\n"
    )


@pytest.mark.parametrize(
    ("server", "given", "url"),
    [
        ("https://api.acme.dev/base/", None, "https://api.acme.dev/base/health"),
        ("http://localhost:8000", None, "https://llm.example.com/health"),
        ("http://10.0.1.5:8000", None, "https://llm.example.com/health"),
        ("/base", None, "https://llm.example.com/health"),
        ("/base", "https://gpu.acme.dev", "https://gpu.acme.dev/base/health"),
        ("https://api.acme.dev/base", "https://gpu.acme.dev/other/", "https://gpu.acme.dev/other/health"),
        ("https://{region}.acme.dev", None, "https://eu.acme.dev/health"),
    ],
)
def test_the_server_behind_the_routes(tmp_path: Path, server: str, given: str | None, url: str) -> None:
    servers = [{"url": server, "variables": {"region": {"default": "eu"}}}]
    document = VLLM | {"servers": servers, "paths": {"/health": {"get": {}}}}
    (route,) = read_environment(written(tmp_path, document, *(["--url", given] if given else []))).routes
    assert http(route).url == url


def test_swagger_2(tmp_path: Path) -> None:
    document = {
        "swagger": "2.0",
        "host": "api.acme.dev",
        "basePath": "/v2",
        "schemes": ["http", "https"],
        "securityDefinitions": {"key": {"type": "apiKey", "in": "query", "name": "key"}},
        "security": [{"key": []}],
        "paths": {"/chat": {"post": {"parameters": [{"in": "body", "schema": {"properties": {"stream": {}}}}]}}},
    }
    file = written(tmp_path, document)
    (route,) = read_environment(file).routes
    assert (http(route).url, http(route).response_transfer_mode) == (
        "https://api.acme.dev/v2/chat",
        "STREAM",
    )
    assert "# The server requires the query parameter key.\n" in file.read_text(encoding="utf-8")


def test_paths_that_api_gateway_has_another_way(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    paths = [
        "/v1/models/{name}",
        "/v1/models/{model}:predict",
        "/v1/models/{id}/versions/{id}",
        "/v1/",
        "/files/{path:path}",
        "/v{version}/x",
        "/both/{rest:path}",
        "/both/{id}/more",
        "/a b",
        "/",
    ]
    document = VLLM | {"paths": {path: {"get": {}} for path in paths} | {"/t": {"trace": {}, "x-y": {}, "get": {}}}}
    environment = read_environment(written(tmp_path, document, "--url", "https://gpu.acme.dev"))
    urls = {route.path: http(route).url for route in environment.routes}
    host = "https://gpu.acme.dev"
    assert urls == {
        "/v1/models/{name}": f"{host}/v1/models/{{name}}",
        "/v1/models/{name}/versions/{id_2}": f"{host}/v1/models/{{name}}/versions/{{id_2}}",
        "/v1": f"{host}/v1/",
        "/files/{path+}": f"{host}/files/{{path}}",
        "/{version}/x": f"{host}/{{version}}/x",
        "/both/{rest}": f"{host}/both/{{rest}}",
        "/both/{rest}/more": f"{host}/both/{{rest}}/more",
        "/": f"{host}/",
        "/t": f"{host}/t",
    }
    left_out = [line for line in capsys.readouterr().out.splitlines() if line.startswith("left out: ")]
    assert left_out == [
        "left out: GET /a b: 'a b' is not a path part of API Gateway: letters, digits, _ . - :, and no : first",
        "left out: TRACE /t: API Gateway has no throttle for this method",
        "left out: GET /v1/models/{model}:predict: is part of GET /v1/models/{name}",
        "left out: GET /both/{rest:path}: only /both/{rest}, since another path has a variable of one part there",
    ]


PARTS = st.text(alphabet="ab{}:+-. _1é", max_size=8)


@given(st.lists(PARTS, max_size=5).map(lambda parts: "/" + "/".join(parts)))
def test_every_path_is_one_that_api_gateway_takes_or_is_left_out(path: str) -> None:
    try:
        routed = gateway_path(path)
    except ValueError:
        return
    route = Route(method="GET", path=routed)
    assert len(set(route.path_variables)) == len(route.path_variables)


@given(st.lists(st.lists(st.sampled_from(["a", "b", "{x}", "{y}", "{z:path}"]), max_size=4), min_size=1, max_size=6))
def test_every_document_makes_a_valid_file(tmp_path_factory: pytest.TempPathFactory, paths: list[list[str]]) -> None:
    folder = tmp_path_factory.mktemp("openapi")
    source = folder / "openapi.json"
    document = {"openapi": "3.1.0", "paths": {"/" + "/".join(parts): {"get": {}, "post": {}} for parts in paths}}
    source.write_text(json.dumps(document), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ENVIRONMENTS", str(folder))
        assert main(["new", "api", "--from", str(source)]) == 0
    operations = read_operations(source).operations
    assert [route.key for route in read_environment(folder / "api.toml").routes] == [each.key for each in operations]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "no such file"),
        ("openapi: 3.1.0", "is not JSON: "),
        ("[]", "is not an OpenAPI document: it names no version of OpenAPI"),
        ('{"openapi": "3.1.0"}', "is not an OpenAPI document: it has no paths"),
        ('{"openapi": "3.1.0", "paths": {}}', "describes no operation that API Gateway can have"),
        (
            '{"openapi": "3.1.0", "paths": {"/x": 1, "/y": {"get": 2}}}',
            "describes no operation that API Gateway can have",
        ),
        ("[" * 100_000, "cannot be read: "),
    ],
)
def test_a_file_that_is_no_document(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str | None, said: str
) -> None:
    if text is not None:
        (tmp_path / "openapi.json").write_text(text, encoding="utf-8")
    assert main(["new", "api", "--from", "openapi.json"]) == 1
    error = capsys.readouterr().err
    assert error.startswith(f"openapi.json: {said}")
    assert error.count("\n") == 1
    assert not (tmp_path / "environments").exists()


def test_a_document_in_a_circle_ends(tmp_path: Path) -> None:
    circle = {"$ref": "#/components/schemas/A"}
    body = {"content": {"application/json": {"schema": circle}}}
    schemas = {"A": {"allOf": [circle]}, "B": {"$ref": "#/components/schemas/B"}}
    document = VLLM | {"paths": {"/x": {"post": {"requestBody": body}}}, "components": {"schemas": schemas}}
    (route,) = read_environment(written(tmp_path, document)).routes
    assert route.key == "POST /x"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["new"], "new needs NAME, or --project FOLDER; see --help"),
        (["new", "1st"], "1st: must begin with a letter and have only letters, digits, - and _"),
        (["new", "../x"], "../x: must begin with a letter and have only letters, digits, - and _"),
        (["new", "mine", "--template", "vllm", "--from", "x.json"], "--template and --from: name one of the two"),
        (["new", "mine", "--only", "/v1/*"], "--only needs --from, an OpenAPI document"),
        (["new", "mine", "--from", "http://localhost:8000/openapi.json"], "--from: must be a file; download it first"),
        (
            ["new", "mine", "--url", "https://a.example"],
            "--url: the template minimal has no server; vllm and private have one",
        ),
        (
            ["new", "mine", "--template", "tgi"],
            "Invalid value for '--template': 'tgi' is not one of 'minimal', 'vllm', 'bedrock', 'tiers', 'private'; see",
        ),
        (
            ["new", "mine", "--template", "vllm", "--url", "http://localhost:8000"],
            "--url: API Gateway calls it from AWS over the internet, and does not reach localhost; use a public",
        ),
        (["new", "mine", "--region", "nowhere"], "environments/mine.toml:3: aws.region = 'nowhere'"),
        (["new", "mine", "--region", 'x"\ny = "z'], "environments/mine.toml:3: aws.region = 'x'"),
    ],
)
def test_what_cannot_be_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], said: str
) -> None:
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith(said)
    assert [*tmp_path.rglob("*.toml")] == []


@pytest.mark.parametrize("name", ["mine", "mine.toml", "environments/mine.toml"])
def test_a_name_or_its_file(tmp_path: Path, name: str) -> None:
    assert main(["new", name]) == 0
    assert [each.name for each in tmp_path.rglob("*.toml")] == ["mine.toml"]
    assert read_environment(tmp_path / "environments" / "mine.toml").api.name == "mine"


def test_a_file_that_is_there_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "mine"]) == 0
    (tmp_path / "environments" / "mine.toml").write_text("mine", encoding="utf-8")
    capsys.readouterr()
    assert main(["new", "mine"]) == 1
    assert capsys.readouterr().err == "environments/mine.toml: exists already; choose another name, or edit it\n"
    assert (tmp_path / "environments" / "mine.toml").read_text(encoding="utf-8") == "mine"
