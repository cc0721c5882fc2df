"""What Terraform adopts instead of making it."""

from collections.abc import Iterator
from difflib import get_close_matches

from cdktf import TerraformResource, TerraformStack

from settings.environment import Environment
from settings.problem import EnvironmentFileError, Problem
from stacks.resource_names import address_of


def add_imports(stack: TerraformStack, environment: Environment) -> None:
    """`import` blocks, Terraform >= 1.5. Called when every resource is there.

    CDKTF's own `import_from` would run `terraform version` at every synthesis. An address that the stack does not have
    is refused here: `cdktf diff` plans with -generate-config-out, by which Terraform would make up a resource for it.

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
            # Its path, by one message to Node where `node.path` is two.
            yield address_of(child.to_string())


def _near(address: str, known: set[str]) -> str:
    near = get_close_matches(address, sorted(known), n=1)
    return f"; there is {near[0]}" if near else ""
