"""Makes the AWS provider package load what a stack uses, and jsii quicker to talk to; docs/adr/0002 has the why."""

import os
import sys

from lazy_provider.node_hooks import preload_node_hooks
from lazy_provider.packaged_node import prefer_packaged_node
from lazy_provider.python_package import PROVIDER_PACKAGE, import_submodules_on_first_use


def install() -> None:
    """Call before the first import of `cdktf`, which starts jsii's Node process; calling again changes nothing.

    SPILLWAY_LAZY_PROVIDER=0 switches both off, and so does a provider package that is already imported: it has loaded
    everything. Each hook of the Node side has a switch too: SPILLWAY_ONE_PROCESS=0 leaves out one_process.cjs. Which
    Node jsii runs on is jsii's own setting, JSII_NODE.
    """
    prefer_packaged_node()
    if os.environ.get("SPILLWAY_LAZY_PROVIDER") == "0" or PROVIDER_PACKAGE in sys.modules:
        return
    import_submodules_on_first_use()
    preload_node_hooks()
