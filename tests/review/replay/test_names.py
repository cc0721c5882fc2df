import gc

import polars as pl

from review.replay.names import Numbers


def test_names_keep_their_numbers_from_block_to_block() -> None:
    """Also if only the numbers of a block are left."""
    numbers = Numbers()
    assert numbers.of(pl.Series(["b", "a", "b"])).tolist() == [0, 1, 0]
    gc.collect()
    assert numbers.of(pl.Series(["c", "a", None, "d", "c"])).tolist() == [2, 1, -1, 3, 2]
    gc.collect()
    assert numbers.of(pl.Series([], dtype=pl.String)).tolist() == []
    assert numbers.of(pl.concat([pl.Series(["e", "b"]), pl.Series(["d"])], rechunk=False)).tolist() == [4, 0, 3]
    assert list(numbers.names) == ["b", "a", "c", "d", "e"]


def test_two_tables_do_not_know_each_other() -> None:
    one, two = Numbers(), Numbers()
    assert one.of(pl.Series(["a", "b"])).tolist() == [0, 1]
    assert two.of(pl.Series(["b"])).tolist() == [0]
