"""The tree of path parts."""

from collections.abc import Iterable

from cdktf_cdktf_provider_aws.api_gateway_resource import ApiGatewayResource
from constructs import Construct

from constructs.gateway.rest_api import RestApi
from constructs.terraform.address import place
from settings.route import path_names


class Resources(Construct):
    """Creates one `aws_api_gateway_resource` for each distinct path prefix: `/v1`, `/v1/chat`, ..."""

    def __init__(self, scope: Construct, id: str, *, rest_api: RestApi, paths: Iterable[str]) -> None:
        super().__init__(scope, id)
        self._rest_api = rest_api
        paths = sorted(paths)
        self._names = path_names(paths)
        self._ids = {"": rest_api.root_resource_id, "/": rest_api.root_resource_id}
        for path in paths:
            self._add(path)

    def id_of(self, path: str) -> str:
        """A Terraform reference to the id of that path's resource."""
        return self._ids[path]

    def name_of(self, path: str) -> str:
        """The Terraform name of that path's resource. The root has a name too."""
        return self._names[path]

    def _add(self, path: str) -> None:
        if path in self._ids:
            return
        parent, _, part = path.rpartition("/")
        self._add(parent)
        resource = place(
            ApiGatewayResource,
            self,
            self._names[path],
            rest_api_id=self._rest_api.id,
            parent_id=self._ids[parent],
            path_part=part,
        )
        self._ids[path] = resource.reference("id")
