"""What two shares of right sentences say about a model, in one sentence that is true for them."""

from __future__ import annotations

from pages.shared.frame.i18n import _

CLEAR_GAP = 0.1  # two shares further apart than this are not about the same
HIGH_SHARE = 0.9
MEDIUM_SHARE = 0.5


def describe_gap(training_share: float) -> str:
    """New sentences come out clearly worse."""
    if training_share >= HIGH_SHARE:
        return _(
            "Right on what it has learnt, less often on what is new: the larger the gap, the more "
            "it has memorised its sentences instead of the rules behind them."
        )
    return _(
        "New sentences come out worse than those it has learnt: a sign that it memorises. But even "
        "of those it has learnt, some are wrong: it can still learn."
    )


def describe_similar_shares(lower_share: float) -> str:
    """Both come out about as well."""
    if lower_share >= HIGH_SHARE:
        return _(
            "New sentences come out about as well as those it has learnt: it has not only "
            "memorised, it generalises to new combinations of known words."
        )
    if lower_share >= MEDIUM_SHARE:
        return _(
            "New sentences come out nearly as well as those it has learnt: what it has learnt, it "
            "can use for new combinations of known words. Some are still wrong."
        )
    return _("Both numbers are close, and neither is high: it can still learn.")


def describe_generalization(training_share: float, held_out_share: float | None) -> str:
    """Both shares: exact match, 0 to 1; None where nothing is held out."""
    if held_out_share is None:
        return _("Whether it has memorised its sentences or learnt rules cannot be told from one.")
    gap = round(training_share - held_out_share, 2)  # as a reader sees it
    if gap > CLEAR_GAP:
        return describe_gap(training_share)
    if gap < -CLEAR_GAP:
        return _(
            "New sentences come out even better than those it has learnt: they happen to be the "
            "easier ones. These numbers show nothing that is only memorised."
        )
    return describe_similar_shares(min(training_share, held_out_share))
