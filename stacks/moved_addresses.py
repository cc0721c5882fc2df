"""Addresses that had another name in an earlier version (docs/adr/0004)."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Renamed:
    """One change of Spillway's naming, for all resources that it affects."""

    since: str
    """The first version with the new name."""

    new: str
    """A pattern for the whole current address: `aws_api_gateway_method\\.(.+)`."""

    old: str
    """The previous address, with the groups of the pattern: `aws_api_gateway_method.method_\\1`."""


RENAMED: tuple[Renamed, ...] = ()
"""In the order of versions. Nothing has been renamed since 0.1.0. Entries are never removed."""


def moved_blocks(addresses: Iterable[str], renamed: Sequence[Renamed] = RENAMED) -> list[dict[str, str]]:
    """Terraform's `moved` blocks for a stack with these addresses.

    Terraform ignores a block whose old address is not in the state. It refuses a block whose old address is in the
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
            # An address that was renamed twice has two blocks, which Terraform follows in turn.
            blocks.append({"from": before, "to": name})
            name = before
    return blocks
