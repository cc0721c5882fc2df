"""Existing resources that Terraform adopts instead of creating new ones."""

from collections.abc import Iterator
from difflib import get_close_matches

from cdktf import TerraformResource, TerraformStack

from settings.environment import Environment
from settings.problem import EnvironmentFileError, Problem
from stacks.resource_names import address_of


def add_imports(stack: TerraformStack, environment: Environment) -> None:
    """Add `import` blocks, which need Terraform >= 1.5. Call it after all resources exist.

    CDKTF's own `import_from` would run `terraform version` at every synthesis. An address that the stack does not have
    is refused here, because `cdktf diff` plans with -generate-config-out, and Terraform would then invent a resource
    for it.

    Raises EnvironmentFileError.
    """
    if not environment.imports:
        return
    known = set(_addresses(stack))
    mistakes = [
        Problem(("imports", address), f"no such resource in this stack{_near(address, known)}", given)
        for address, given in environment.imports.items()
        if address not in known
    ]
    if mistakes:
        raise EnvironmentFileError.of(f"{environment.name}.toml", *(str(mistake) for mistake in mistakes))
    stack.add_override("import", [{"to": address, "id": given} for address, given in environment.imports.items()])


def _addresses(stack: TerraformStack) -> Iterator[str]:
    for child in stack.node.find_all():
        if isinstance(child, TerraformResource):
            # Its path, with one message to Node; `node.path` needs two.
            yield address_of(child.to_string())


def _near(address: str, known: set[str]) -> str:
    near = get_close_matches(address, sorted(known), n=1)
    return f"; there is {near[0]}" if near else ""
