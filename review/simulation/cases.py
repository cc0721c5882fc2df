"""The limits that the same traffic is sent through, each with a title."""

from dataclasses import replace

from review.layers.layers import Layers


def cases(layers: Layers, *, without_waf: bool = False) -> list[tuple[str, Layers]]:
    """These limits; with `without_waf` first the same ones without the rate rules."""
    if not without_waf:
        return [(layers.name, layers)]
    return [
        ("Throttles alone", replace(layers, windows=(), left_out=())),
        ("With the WAF rule" if len(layers.windows) == 1 else "With WAF", layers),
    ]
