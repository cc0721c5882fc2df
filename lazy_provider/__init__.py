"""Makes the AWS provider package load only what a stack uses, and speeds up jsii. docs/adr/0002 explains why."""

import os
import sys

from lazy_provider.node_hooks import preload_node_hooks
from lazy_provider.packaged_node import prefer_packaged_node
from lazy_provider.python_package import PROVIDER_PACKAGE, import_submodules_on_first_use


def install() -> None:
    """Call this before the first import of `cdktf`, which starts jsii's Node process. A second call changes nothing.

    SPILLWAY_LAZY_PROVIDER=0 switches everything off. So does a provider package that is already imported, because it
    has loaded everything. Each hook on the Node side has its own switch: SPILLWAY_ONE_PROCESS=0 leaves out
    one_process.cjs. jsii's own setting JSII_NODE selects the Node that it runs on.
    """
    prefer_packaged_node()
    if os.environ.get("SPILLWAY_LAZY_PROVIDER") == "0" or PROVIDER_PACKAGE in sys.modules:
        return
    import_submodules_on_first_use()
    preload_node_hooks()
