"""Makes the AWS provider package load what a stack uses, and jsii quicker to talk to; docs/adr/0002 has the why."""

import os
import sys

from lazy_provider.node_hooks import preload_node_hooks
from lazy_provider.packaged_node import prefer_packaged_node
from lazy_provider.python_package import PROVIDER_PACKAGE, import_submodules_on_first_use
from lazy_provider.type_hints import remember_type_hints


def install() -> None:
    """Call before the first import of `cdktf`, which starts jsii's Node process; calling again changes nothing.

    SPILLWAY_LAZY_PROVIDER=0 switches lazy loading off, and so does a provider package that is already imported:
    it has loaded everything. Which Node jsii runs on is jsii's own setting, JSII_NODE.
    """
    prefer_packaged_node()
    if os.environ.get("SPILLWAY_LAZY_PROVIDER") == "0" or PROVIDER_PACKAGE in sys.modules:
        return
    import_submodules_on_first_use()
    remember_type_hints()
    preload_node_hooks()
