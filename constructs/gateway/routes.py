"""All routes of the API, and what they share."""

from collections.abc import Mapping, Sequence
from itertools import groupby

from constructs import Construct

from constructs.gateway.authorizers import Authorizers
from constructs.gateway.bearer_key import BearerKey
from constructs.gateway.preflight import Preflight
from constructs.gateway.request_validation import RequestValidation
from constructs.gateway.resources import Resources
from constructs.gateway.rest_api import RestApi
from constructs.gateway.route import Route
from constructs.gateway.token_metering import TokenMetering
from constructs.gateway.vpc_links import VpcLinks
from settings.authorization import Authorizer
from settings.cors import Cors
from settings.integration import PrivateIntegration
from settings.rate_limit_response import RateLimitResponse
from settings.route import Route as RouteSettings


class Routes(Construct):
    """Creates resources, authorizers, validators and VPC links, then every route, then a preflight for every path."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        rest_api: RestApi,
        routes: Sequence[RouteSettings],
        bearer_key_ttl: int | None,
        authorizers: Mapping[str, Authorizer],
        cors: Cors | None,
        response: RateLimitResponse,
        token_metering: TokenMetering | None = None,
    ) -> None:
        super().__init__(scope, id)
        resources = Resources(self, "resources", rest_api=rest_api, paths=[route.path for route in routes])
        known = Authorizers(self, "authorizers", rest_api=rest_api, authorizers=authorizers)
        validation = RequestValidation(self, "request_validation", rest_api=rest_api, routes=routes)
        metered = {route.key: token_metering.of(route) if token_metering else None for route in routes}
        # The function in front of a private route runs in the route's subnets.
        private = [
            route.integration
            for route in routes
            if isinstance(route.integration, PrivateIntegration) and metered[route.key] is None
        ]
        vpc_links = VpcLinks(self, "vpc_links", api_name=rest_api.name, integrations=private)
        bearer_key = None
        if bearer_key_ttl is not None:
            bearer_key = BearerKey(self, "bearer_key", rest_api=rest_api, ttl_in_seconds=bearer_key_ttl)
        for route in routes:
            Route(
                self,
                route.address,
                rest_api=rest_api,
                resource_id=resources.id_of(route.path),
                route=route,
                authorizers=known,
                bearer_key=bearer_key,
                validation=validation,
                vpc_links=vpc_links,
                response=response,
                headers=cors.response_headers if cors else {},
                metered=metered[route.key],
            )
        if cors:
            self._add_preflights(preflights(routes), rest_api=rest_api, resources=resources, cors=cors)

    def _add_preflights(
        self, methods: Mapping[str, tuple[str, ...]], *, rest_api: RestApi, resources: Resources, cors: Cors
    ) -> None:
        for path, of_path in methods.items():
            Preflight(
                self,
                f"options_{resources.name_of(path)}",
                rest_api=rest_api,
                resource_id=resources.id_of(path),
                methods=of_path,
                cors=cors,
            )


def preflights(routes: Sequence[RouteSettings]) -> dict[str, tuple[str, ...]]:
    """The methods of each path, without paths that have their own OPTIONS route."""
    by_path = sorted((route.path, route.method) for route in routes)
    methods = {path: tuple(method for _, method in group) for path, group in groupby(by_path, lambda item: item[0])}
    return {path: of_path for path, of_path in methods.items() if "OPTIONS" not in of_path}
