"""Names in Terraform: one for each text, whatever the order (docs/adr/0004)."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from settings.terraform_name import distinct_names, terraform_name
from tests.examples import examples

# Few characters, so that many texts have one name.
texts = st.lists(st.text(alphabet="aAbB1-_.{}/", min_size=1, max_size=6).filter(terraform_name), unique=True)


@pytest.mark.parametrize(
    ("text", "name"), [("/v1/models/{id}", "v1_models_id"), ("Team-A", "team_a"), ("/2/x", "_2_x"), ("/._-", "")]
)
def test_a_name(text: str, name: str) -> None:
    assert terraform_name(text) == name


@settings(max_examples=examples(400), deadline=None, derandomize=True)
@given(texts=texts, order=st.randoms())
def test_every_text_has_a_name_of_its_own_in_any_order(texts: list[str], order: object) -> None:
    names = distinct_names(texts)
    assert names.keys() == set(texts)
    assert len(set(names.values())) == len(texts)
    assert all(re.fullmatch(r"[a-z_][a-z0-9_]*", name) for name in names.values())
    order.shuffle(texts)  # type: ignore[attr-defined]  # Random
    assert distinct_names(texts) == names


@settings(max_examples=examples(400), deadline=None, derandomize=True)
@given(texts=texts)
def test_one_of_those_with_one_name_keeps_it_and_so_does_a_text_alone(texts: list[str]) -> None:
    names = distinct_names(texts)
    assert {terraform_name(text) for text in texts} <= set(names.values())
    alone = [text for text in texts if [terraform_name(each) for each in texts].count(terraform_name(text)) == 1]
    assert all(names[text] == terraform_name(text) for text in alone)


def test_a_name_that_another_text_spells_out_is_not_taken() -> None:
    (apart,) = {distinct_names(["a-b", "a_b"])[text] for text in ("a_b",)}
    names = distinct_names(["a-b", "a_b", apart])
    assert names[apart] == apart
    assert names["a_b"].startswith(f"{apart}")
    assert len(set(names.values())) == 3
