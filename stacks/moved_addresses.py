"""Addresses that were others in an earlier version (docs/adr/0004)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Renamed:
    """One change of our naming, for all resources that it concerns."""

    since: str
    """The first version that has the new name."""

    new: str
    """A pattern that is today's whole address: `aws_api_gateway_method\\.(.+)`."""

    old: str
    """The address before, with what the pattern's groups took: `aws_api_gateway_method.method_\\1`."""


RENAMED: tuple[Renamed, ...] = ()
"""In the order of versions. Nothing has been renamed since 0.1.0. Nothing here is ever taken out."""


def moved_blocks(addresses: Iterable[str], renamed: Sequence[Renamed] = RENAMED) -> list[dict[str, str]]:
    """Terraform's `moved` blocks for a stack of these addresses.

    Terraform passes over a block whose old address is not in the state. It refuses one whose old address is in the
    configuration, so such a block is left out.
    """
    there = set(addresses)
    blocks = []
    for address in sorted(there):
        name = address
        for change in reversed(renamed):
            match = re.fullmatch(change.new, name)
            if match is None:
                continue
            before = match.expand(change.old)
            if before in there:
                break
            # Twice renamed is two blocks, which Terraform follows one after the other.
            blocks.append({"from": before, "to": name})
            name = before
    return blocks
