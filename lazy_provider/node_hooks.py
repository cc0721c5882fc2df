"""The Node side: hooks that jsii's Node process loads before jsii itself."""

import os
from pathlib import Path

HOOKS = Path(__file__).resolve().parent / "node"


def preload_node_hooks() -> None:
    """Add the hooks to NODE_OPTIONS, the only way into a process that jsii starts. Existing options are kept.

    Every Node process started from here inherits them, so each hook acts only in jsii's process or on the provider's
    files. A variable named after a hook switches it off: SPILLWAY_ONE_PROCESS=0. jsii passes `--preserve-symlinks` to
    its second process, which one_process.cjs leaves out.
    """
    hooks = [hook for hook in sorted(HOOKS.glob("*.cjs")) if os.environ.get(f"SPILLWAY_{hook.stem.upper()}") != "0"]
    wanted = ["--preserve-symlinks", *(f"--require={_quoted(hook)}" for hook in hooks)] if hooks else []
    options = os.environ.get("NODE_OPTIONS", "")
    missing = [option for option in wanted if option not in options]
    os.environ["NODE_OPTIONS"] = " ".join([*([options] if options else []), *missing])


def _quoted(path: Path) -> str:
    """Node splits NODE_OPTIONS at spaces outside double quotes, where a backslash escapes (nodejs.org/api/cli.html)."""
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
