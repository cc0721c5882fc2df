"""Terraform names made from text of the file: paths, plans, keys, e-mail addresses (docs/adr/0004)."""

import hashlib
import re
from collections.abc import Callable, Iterable

_SHORTEST_HASH = 8


def terraform_name(text: str) -> str:
    """`/v1/models/{id}` becomes `v1_models_id`, and `Team-A` becomes `team_a`. Empty without a letter or digit.

    A leading digit gets `_` in front. Terraform: "A name must start with a letter or underscore".
    """
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return f"_{name}" if name[:1].isdigit() else name


def distinct_names(
    texts: Iterable[str], name_of: Callable[[str], str] = terraform_name, *, joined_by: str = "_"
) -> dict[str, str]:
    """A name for each text, whatever their order.

    If several texts give the same name, the first in character order (lower case before upper) keeps it. The others add
    the first digits of their SHA-256: `/vertex-ai` is `vertex_ai`, and `/vertex_ai` next to it is `vertex_ai_c97eb520`.
    """
    alike: dict[str, list[str]] = {}
    for text in sorted(set(texts), key=str.swapcase):
        alike.setdefault(name_of(text), []).append(text)
    names = {texts[0]: name for name, texts in alike.items()}
    taken = set(alike)
    for name, (_, *others) in alike.items():
        for text in others:
            names[text] = _apart(name, text, joined_by, taken)
            taken.add(names[text])
    return names


def _apart(name: str, text: str, joined_by: str, taken: set[str]) -> str:
    digits = hashlib.sha256(text.encode()).hexdigest()
    lengths = range(_SHORTEST_HASH, len(digits) + 1)
    return next(apart for end in lengths if (apart := f"{name}{joined_by}{digits[:end]}") not in taken)
