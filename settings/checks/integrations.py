"""Integrations compared with their routes and with the type of the API's endpoint."""

from collections.abc import Iterator
from typing import assert_never

from settings.arn import region_of
from settings.fields import EnvironmentFields
from settings.integration import (
    AwsServiceIntegration,
    BedrockIntegration,
    HttpIntegration,
    LambdaIntegration,
    MockIntegration,
    PrivateIntegration,
    SagemakerIntegration,
)
from settings.integration.bedrock import PATHS
from settings.integration.bedrock_model import BedrockModel
from settings.integration.http import variables_of
from settings.integration.model_ends import ENDS
from settings.integration.transfer import LONGEST_BUFFERED, USUAL_TIMEOUT
from settings.lambda_runtimes import DEPRECATED, ENDED, INSTEAD
from settings.private_host import is_private
from settings.problem import Problem
from settings.route import Route
from settings.secrecy import Where

# https://docs.aws.amazon.com/apigateway/latest/developerguide/response-transfer-mode.html, read 2026-11.
_STREAMING = (HttpIntegration, LambdaIntegration, PrivateIntegration, BedrockIntegration)
_IDLE_SECONDS_AT_EDGE = 30


def refused(environment: EnvironmentFields) -> Iterator[Problem]:
    """A URL with a variable that is not in the path; streaming or a timeout that AWS does not support."""
    for index, route in enumerate(environment.routes):
        where = ("routes", index, "integration")
        yield from _unknown_variables(route, where)
        yield from _cannot_stream(route, where)
        yield from _too_long(environment, route, where)
        yield from _of_another_region(environment, route, where)
        yield from _models_of_others(environment, route, where)
        yield from _cannot_be_told_apart(route, ("routes", index))
        yield from _out_of_reach(environment, route, where)
        yield from _runtime(route, where, ended=True)
    yield from _one_link_each(environment)
    yield from _binary_json(environment)


def warned(environment: EnvironmentFields) -> Iterator[Problem]:
    """Timeouts that need a quota, streams that an edge location cuts off, functions that stop before API Gateway gives
    up.
    """
    yield from _certificate_for_nobody(environment)
    edge = environment.api.endpoint_type == "EDGE"
    for index, route in enumerate(environment.routes):
        where = ("routes", index, "integration")
        integration = route.integration
        streams = integration.response_transfer_mode == "STREAM"
        if integration.timeout_milliseconds > USUAL_TIMEOUT and not streams:
            yield Problem(
                (*where, "timeout_milliseconds"),
                f"above {USUAL_TIMEOUT} the account needs a higher quota "
                '"Maximum integration timeout in milliseconds", for which AWS may lower its throttle quota',
            )
        if streams and edge:
            yield Problem(
                (*where, "response_transfer_mode"),
                f"an EDGE API ends a stream that is silent for {_IDLE_SECONDS_AT_EDGE} s, "
                "and a model may need longer for its first token; REGIONAL waits 5 minutes",
            )
        yield from _function_stops_first(route, where)
        yield from _of_another_geography(environment, route, where)
        yield from _ending_models(route, where)
        yield from _without_a_profile(environment, route, where)
        yield from _runtime(route, where, ended=False)


def _unknown_variables(route: Route, where: Where) -> Iterator[Problem]:
    match route.integration:
        case HttpIntegration(url=text) | PrivateIntegration(url=text):
            field = "url"
        case AwsServiceIntegration(path=str(text)):
            field = "path"
        case (
            AwsServiceIntegration()
            | BedrockIntegration()
            | LambdaIntegration()
            | MockIntegration()
            | SagemakerIntegration()
        ):
            return
        case other:
            assert_never(other)
    for name in variables_of(text):
        if name not in route.path_variables:
            has = ", ".join(f"{{{known}}}" for known in route.path_variables) or "none"
            yield Problem((*where, field), f"{{{name}}} is not a variable of {route.path}, which has {has}")


def _cannot_stream(route: Route, where: Where) -> Iterator[Problem]:
    integration = route.integration
    if integration.response_transfer_mode == "BUFFERED":
        return
    where = (*where, "response_transfer_mode")
    if not isinstance(integration, _STREAMING):
        yield Problem(
            where, f"a {integration.type} integration cannot stream: AWS streams only HTTP_PROXY and Lambda proxy"
        )
    # https://docs.aws.amazon.com/lambda/latest/dg/configuration-response-streaming.html, read 2026-11.
    elif isinstance(integration, LambdaIntegration) and (integration.runtime or "").startswith(_NOT_STREAMING_RUNTIMES):
        yield Problem(where, f"Lambda streams from Node.js and custom runtimes, not from {integration.runtime}")


_NOT_STREAMING_RUNTIMES = ("python", "java", "ruby", "dotnet")


def _too_long(environment: EnvironmentFields, route: Route, where: Where) -> Iterator[Problem]:
    timeout = route.integration.timeout_milliseconds
    if route.integration.response_transfer_mode == "STREAM":
        return
    if timeout > LONGEST_BUFFERED:
        yield Problem(
            (*where, "timeout_milliseconds"),
            f'must be at most {LONGEST_BUFFERED}; only response_transfer_mode = "STREAM" allows more',
        )
    elif environment.api.endpoint_type == "EDGE" and timeout > USUAL_TIMEOUT:
        yield Problem(
            (*where, "timeout_milliseconds"),
            f"must be at most {USUAL_TIMEOUT} on an EDGE API; AWS raises the limit for REGIONAL and PRIVATE only",
        )


def _of_another_region(environment: EnvironmentFields, route: Route, where: Where) -> Iterator[Problem]:
    for field, what in (("function_arn", "function"), ("load_balancer_arn", "load balancer")):
        arn = getattr(route.integration, field, None)
        if arn and region_of(arn) != environment.aws.region:
            yield Problem((*where, field), f"must be a {what} in {environment.aws.region}, the API's Region")


def _out_of_reach(environment: EnvironmentFields, route: Route, where: Where) -> Iterator[Problem]:
    """API Gateway resolves the name itself and calls public addresses only. An emulator calls any address that it
    reaches.

    https://repost.aws/knowledge-center/api-gateway-invalid-endpoint-address, read 2026-11.
    """
    integration = route.integration
    if isinstance(integration, HttpIntegration) and not environment.aws.endpoint_url and is_private(integration.host):
        yield Problem(
            (*where, "url"),
            "API Gateway calls it from AWS over the internet, and cannot reach a private address or name; use a "
            'public one, or type = "private" with a load balancer of your VPC',
        )


def _runtime(route: Route, where: Where, *, ended: bool) -> Iterator[Problem]:
    runtime = getattr(route.integration, "runtime", None)
    if ended and runtime in ENDED:
        yield Problem((*where, "runtime"), f"AWS no longer creates functions with this runtime; use {INSTEAD}, ...")
    if not ended and runtime is not None and runtime in DEPRECATED:
        yield Problem(
            (*where, "runtime"),
            f"AWS deprecated it on {DEPRECATED[runtime]}: it gets no security updates; use {INSTEAD}, ...",
        )


def _certificate_for_nobody(environment: EnvironmentFields) -> Iterator[Problem]:
    urls = [getattr(route.integration, "url", "") for route in environment.routes]
    if environment.stage.client_certificate and not any(url.startswith("https://") for url in urls):
        yield Problem(
            ("stage", "client_certificate"),
            "API Gateway presents it to http and private backends with an https URL, but no route has one",
        )


def _models(route: Route) -> Iterator[tuple[Where, BedrockModel]]:
    """Each field of a Bedrock integration that names a model, and the model."""
    integration = route.integration
    if isinstance(integration, BedrockIntegration):
        for index, model in enumerate(integration.called):
            yield ("models", index) if integration.api else ("model_id",), model
        if integration.source:
            yield ("model_source",), integration.source


def _cannot_be_told_apart(route: Route, where: Where) -> Iterator[Problem]:
    """The function of such a route finds the API's operation by the end of the request's path."""
    integration = route.integration
    if not isinstance(integration, BedrockIntegration) or not integration.api:
        return
    ends = tuple(end for api in integration.api for end in PATHS[api])
    if not route.path.endswith((*ends, "+}")):
        yield Problem(
            (*where, "path"), f"must end in {', '.join(ends)} or {{proxy+}}: the end of the path selects the operation"
        )
    if route.method != "POST":
        yield Problem((*where, "method"), "must be POST, like every operation of these APIs")


def _models_of_others(environment: EnvironmentFields, route: Route, where: Where) -> Iterator[Problem]:
    """The function calls Bedrock in its own Region, with a role in the account of the deploy."""
    aws = environment.aws
    accounts = aws.allowed_account_ids or ((aws.assume_role.account_id,) if aws.assume_role else ())
    for field, model in _models(route):
        if model.region and model.region != aws.region:
            yield Problem(
                (*where, *field), f"must be in {aws.region}, the API's Region, where the function calls Bedrock"
            )
        elif model.account_id and accounts and model.account_id not in accounts:
            yield Problem(
                (*where, *field), f"is in account {model.account_id}, but this file deploys to {', '.join(accounts)}"
            )


def _of_another_geography(environment: EnvironmentFields, route: Route, where: Where) -> Iterator[Problem]:
    """https://docs.aws.amazon.com/bedrock/latest/userguide/inference-profiles-support.html, read 2026-11."""
    region = environment.aws.region
    for field, model in _models(route):
        if model.is_elsewhere(region):
            yield Problem(
                (*where, *field),
                f"an inference profile is called from Regions of its own geography, {model.geography}, but this API "
                f"is in {region}, where Bedrock may not have it",
            )


def _ending_models(route: Route, where: Where) -> Iterator[Problem]:
    for field, model in _models(route):
        if end := ENDS.get(model.foundation_model or ""):
            yield Problem(
                (*where, *field),
                f"AWS ends this model on {end}: requests then fail, and callers get a 502; name another model",
            )


def _without_a_profile(environment: EnvironmentFields, route: Route, where: Where) -> Iterator[Problem]:
    """A beginning that looks like a geography and is none, and a model that Bedrock has only in inference profiles.

    https://github.com/anthropics/anthropic-sdk-python/issues/894 and
    https://github.com/mitodl/ol-infrastructure/pull/5234 (Claude 5), read 2026-11: "on-demand throughput isn't
    supported". That all newer Claude models are like these is assumed, so it is a warning.
    """
    for field, model in _models(route):
        if message := model.unknown_geography:
            yield Problem((*where, *field), message)
        elif model.kind == "foundation-model" and model.is_in_profiles_only and model.name not in ENDS:
            area = environment.aws.region.partition("-")[0]
            profile = f"{area if area in {'us', 'eu'} else 'global'}.{model.name}"
            yield Problem(
                (*where, *field),
                f"Bedrock calls newer Claude models only through an inference profile, such as {profile}; `aws bedrock "
                f"list-inference-profiles --region {environment.aws.region}` lists them",
            )


def _binary_json(environment: EnvironmentFields) -> Iterator[Problem]:
    """API Gateway treats every binary media type as binary, and mapping templates cannot read binary bodies.

    A MOCK then answers 500: repost.aws/questions/QUcGyz1u8GSqqXNbjdCqx5Eg, read 2026-11.
    """
    types = environment.api.binary_media_types
    if "application/json" not in types:
        return
    for route in environment.routes:
        integration = route.integration
        if isinstance(integration, MockIntegration) or getattr(integration, "request_template", None):
            yield Problem(
                ("api", "binary_media_types"),
                f"turns the JSON that the mapping template of {route.key} reads into binary; it would answer 500",
            )
            return


def _one_link_each(environment: EnvironmentFields) -> Iterator[Problem]:
    """Routes to one load balancer share its VPC link, so they must agree on its subnets and security groups."""
    places: dict[str, tuple[str, PrivateIntegration]] = {}
    for index, route in enumerate(environment.routes):
        integration = route.integration
        if (
            not isinstance(integration, PrivateIntegration)
            or integration.vpc_link_id
            or not integration.load_balancer_arn
        ):
            continue
        first, other = places.setdefault(integration.load_balancer_arn, (route.key, integration))
        for field in ("subnet_ids", "security_group_ids"):
            if set(getattr(integration, field)) != set(getattr(other, field)):
                yield Problem(
                    ("routes", index, "integration", field),
                    f"must be the same as in {first}: routes to one load balancer share one VPC link",
                )


def _function_stops_first(route: Route, where: Where) -> Iterator[Problem]:
    integration = route.integration
    if not isinstance(integration, LambdaIntegration) or integration.code is None:
        return
    if integration.timeout * 1000 > integration.timeout_milliseconds:
        yield Problem(
            (*where, "timeout"),
            f"seconds, but the caller gets a 504 after {integration.timeout_milliseconds} ms: "
            "the function keeps running, costs money, and no one reads its response",
        )
