"""One pair as three tensors, as the training reads it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pages.shared.corpus.tensors_view import tensor_rows
from seq2seq_core.data.batches import Batches
from seq2seq_core.data.corpus import Pair
from seq2seq_core.data.vocabulary import Vocabulary

TOKENS = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=6).map(tuple)


@given(st.builds(Pair, TOKENS, TOKENS))
def test_the_ids_are_those_of_the_batch_that_is_trained_on(pair: Pair) -> None:
    source, target = (Vocabulary.from_sentences([side]) for side in (pair.source, pair.target))
    batch = Batches([pair], source, target).full_batch()
    shown = tensor_rows(pair, source, target)["rows"]
    for row, tensor in zip(shown, (batch.src, batch.tgt_in, batch.tgt_out), strict=True):
        assert [int(cell["sub"]) for cell in row["cells"]] == tensor[0].tolist()
    assert {cell["kind"] for cell in shown[0]["cells"]} == {"source"}
    assert [cell["kind"] for cell in shown[1]["cells"]][0] == "special"
    assert [cell["kind"] for cell in shown[2]["cells"]][-1] == "special"


@given(st.builds(Pair, TOKENS, TOKENS))
def test_what_is_written_in_one_column_is_read_in_the_next(pair: Pair) -> None:
    source, target = (Vocabulary.from_sentences([side]) for side in (pair.source, pair.target))
    data = tensor_rows(pair, source, target)
    assert len(data["links"]) == len(pair.target)
    for (row, column), (other_row, other_column) in data["links"]:
        written = data["rows"][row]["cells"][column]
        read = data["rows"][other_row]["cells"][other_column]
        assert written == read and other_column == column + 1
