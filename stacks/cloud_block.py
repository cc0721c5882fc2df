"""The `cloud` block."""

from typing import Any

from cdktf import TerraformBackend, TerraformRemoteState
from constructs import Construct


class CloudBlock(TerraformBackend):
    """Renders `terraform { cloud { ... } }`.

    CDKTF's own CloudBackend runs `terraform version` at every synthesis, and fails without Terraform, for example on a
    machine that only writes the JSON for a workspace.
    """

    def __init__(self, scope: Construct, id: str, *, block: dict[str, Any]) -> None:
        super().__init__(scope, id, "cloud")
        self._block = block

    def to_terraform(self) -> Any:
        """Render the block in place of the `backend` of other backends."""
        return {"terraform": {"cloud": self._block}}

    def get_remote_state_data_source(self, scope: Construct, name: str, from_stack: str) -> TerraformRemoteState:
        """Stacks of Spillway do not read each other's state."""
        raise NotImplementedError
