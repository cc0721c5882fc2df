import os
import subprocess
from pathlib import Path

import pytest

from lazy_provider import node_hooks
from lazy_provider.node_hooks import preload_node_hooks
from lazy_provider.packaged_node import prefer_packaged_node


@pytest.mark.parametrize("folder", ["plain", "with a space", 'with "quotes" and a \\'])
def test_node_loads_hooks_from_any_folder(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hooks = tmp_path / folder
    hooks.mkdir()
    (hooks / "hook.cjs").write_text("console.log('loaded')")
    monkeypatch.setattr(node_hooks, "HOOKS", hooks)
    monkeypatch.setattr(os, "environ", {"PATH": os.environ["PATH"]})
    prefer_packaged_node()

    preload_node_hooks()

    completed = subprocess.run(
        [os.environ["JSII_NODE"], "--eval", "0"], env=os.environ, check=True, capture_output=True, text=True
    )
    assert completed.stdout == "loaded\n"
