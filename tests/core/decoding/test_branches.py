"""Branches beside each other: a list that fits into a link, and where two translations part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seq2seq_core.decoding.branches import (
    MAX_BRANCHES,
    BranchList,
    TokenDifference,
    find_difference,
    parse_branches,
)
from seq2seq_core.decoding.interventions import UNCHANGED, Branch, Intervention, parse_branch
from seq2seq_core.errors import ConfigError

BRANCHES = st.lists(
    st.builds(
        lambda step, word, left_out: Branch((Intervention(step, "word", word),), left_out),
        st.integers(1, 60),
        st.integers(0, 99),
        st.sets(st.integers(0, 9), max_size=3).map(lambda places: tuple(sorted(places))),
    ),
    unique=True,
    max_size=MAX_BRANCHES,
)
TOKEN_LISTS = st.lists(st.sampled_from("abc"), max_size=7)


def accept(_branch: Branch) -> None:
    """Every branch fits."""


@given(BRANCHES, st.integers(0, MAX_BRANCHES))
def test_a_list_comes_back_from_its_link(branches: list[Branch], number: int) -> None:
    active = branches[number - 1] if 0 < number <= len(branches) else UNCHANGED
    listed = BranchList(tuple(branches), active)
    params = listed.url_params()
    parsed, damaged = parse_branches(params["branches"], accept)
    assert parsed == listed.branches and not damaged
    assert (parsed[int(params["branch"]) - 1] if params["branch"] else UNCHANGED) == active


@given(st.text(max_size=40))
def test_whatever_a_link_says_is_read_or_left_out(text: str) -> None:
    parsed, damaged = parse_branches(text, accept)
    assert len(parsed) <= MAX_BRANCHES and len(set(parsed)) == len(parsed)
    reparsed = parse_branches(BranchList(parsed).url_params()["branches"], accept)
    assert reparsed == (parsed, False)
    assert damaged or {str(branch) for branch in parsed} >= set(text.split("_")) - {""}


def test_a_branch_that_does_not_fit_is_left_out_and_the_others_stay() -> None:
    def refuse_second(branch: Branch) -> None:
        if branch == parse_branch("2w5"):
            raise ConfigError("not_a_branch", text="2w5")

    parsed, damaged = parse_branches("1w4_2w5_1w4_x0", refuse_second)
    assert parsed == (parse_branch("1w4"), parse_branch("x0")) and damaged


@given(BRANCHES)
def test_to_show_a_branch_lists_it_once_and_to_remove_it_takes_it_away(
    branches: list[Branch],
) -> None:
    listed = BranchList()
    for branch in [*branches, *branches]:
        listed = listed.show_branch(branch)
        assert listed.active == branch
    assert listed.branches == tuple(branches)
    assert listed.show_branch(UNCHANGED) == BranchList(tuple(branches))
    for branch in branches[:-1]:
        listed = listed.remove_branch(branch)
        assert branch not in listed.branches and listed.active == branches[-1]
    assert not branches or listed.remove_branch(branches[-1]) == BranchList()


def test_there_are_only_as_many_as_fit_into_a_link() -> None:
    listed = BranchList()
    for number in range(MAX_BRANCHES):
        listed = listed.show_branch(parse_branch(f"1w{number}"))
    assert listed.show_branch(listed.branches[2]).branches == listed.branches
    with pytest.raises(ConfigError) as caught:
        listed.show_branch(parse_branch("2w1"))
    assert caught.value.code == "too_many_branches"


def test_every_click_on_shuffle_is_another_shuffle() -> None:
    listed, parent = BranchList(), parse_branch("1w4")
    for _click in range(MAX_BRANCHES):
        branch = listed.reshuffle_branch(parent, 2)
        assert branch not in listed.branches
        assert branch.interventions_at(1) == parent.interventions
        assert [change.kind for change in branch.interventions_at(2)] == ["shuffled"]
        listed = listed.show_branch(branch)


# --- compared -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("own", "other", "expected"),
    [
        ("a b c", "a b c", None),
        ("a b c", "a x c", TokenDifference(2, ("b",), ("x",), 1)),
        ("a b c", "a b", TokenDifference(3, ("c",), (), 0)),
        ("a b", "a b c d", TokenDifference(3, (), ("c", "d"), 0)),
        ("a a a", "a a", TokenDifference(3, ("a",), (), 0)),
        ("a b b c", "a b c", TokenDifference(3, ("b",), (), 1)),
        ("a", "x y", TokenDifference(1, ("a",), ("x", "y"), 0)),
    ],
)
def test_a_difference_is_what_stands_between_the_common_ends(
    own: str, other: str, expected: TokenDifference | None
) -> None:
    assert find_difference(own.split(), other.split()) == expected


@given(TOKEN_LISTS, TOKEN_LISTS)
def test_common_ends_and_the_difference_make_both_sentences(old: list[str], new: list[str]) -> None:
    difference = find_difference(old, new)
    if difference is None:
        assert old == new
        return
    beginning, end = difference.step - 1, difference.suffix_length
    for tokens, between in ((old, difference.old_tokens), (new, difference.new_tokens)):
        assert [*tokens[:beginning], *between, *tokens[len(tokens) - end :]] == tokens
    assert old[:beginning] == new[:beginning]
    assert difference.old_tokens[:1] != difference.new_tokens[:1]


@pytest.mark.parametrize(
    ("old", "new", "branch", "is_only_forced"),
    [
        ("a b c", "a x c", "2w9", True),  # the word put in, and nothing after it
        ("a b c", "a x y", "2w9", False),  # the next word changed too
        ("a b c", "a x y", "2w9-3w8", True),  # that one was put in as well
        ("a b c", "a x", "2w9", False),  # the sentence became shorter
        ("a b c", "a x c", "2a0", False),  # it looked elsewhere: nobody put a word in
    ],
)
def test_only_what_was_put_in_differs_or_more_does(
    old: str, new: str, branch: str, is_only_forced: bool
) -> None:
    difference = find_difference(old.split(), new.split())
    assert difference is not None
    assert difference.only_forced_words(parse_branch(branch)) is is_only_forced


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=6), st.data())
def test_a_word_put_in_alone_is_only_that_word(tokens: list[str], data: st.DataObject) -> None:
    step = data.draw(st.integers(1, len(tokens)))
    changed = [*tokens[: step - 1], "other", *tokens[step:]]
    assert find_difference(tokens, changed) == TokenDifference(
        step, (tokens[step - 1],), ("other",), len(tokens) - step
    )
    difference = find_difference(tokens, changed)
    assert difference is not None
    assert difference.only_forced_words(Branch((Intervention(step, "word", 1),)))
    assert not difference.only_forced_words(Branch((Intervention(step + 1, "word", 1),)))
