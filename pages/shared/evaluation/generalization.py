"""What two shares of right sentences say about a model, in one sentence that is true for them."""

from __future__ import annotations

from pages.shared.frame.i18n import _

FAR = 0.1  # two shares further apart than this are not about the same
GOOD = 0.9
HALF = 0.5


def verdict(learnt: float, new: float | None) -> str:
    """learnt, new: exact match, 0 to 1, on training pairs and on held-out ones."""
    if new is None:
        return _("Whether it has memorised its sentences or learnt rules cannot be told from one.")
    gap = round(learnt - new, 2)  # as a reader sees it
    if gap > FAR:
        return apart(learnt)
    if gap < -FAR:
        return _(
            "New sentences come out even better than those it has learnt: they happen to be the "
            "easier ones. These numbers show nothing that is only memorised."
        )
    return close(min(learnt, new))


def apart(learnt: float) -> str:
    """New sentences come out clearly worse."""
    if learnt >= GOOD:
        return _(
            "Right on what it has learnt, less often on what is new: the larger the gap, the more "
            "it has memorised its sentences instead of the rules behind them."
        )
    return _(
        "New sentences come out worse than those it has learnt: a sign that it memorises. But even "
        "of those it has learnt, some are wrong: it can still learn."
    )


def close(lower: float) -> str:
    """Both come out about as well; lower is the smaller share."""
    if lower >= GOOD:
        return _(
            "New sentences come out about as well as those it has learnt: it has not only "
            "memorised, it generalises to new combinations of known words."
        )
    if lower >= HALF:
        return _(
            "New sentences come out nearly as well as those it has learnt: what it has learnt, it "
            "can use for new combinations of known words. Some are still wrong."
        )
    return _("Both numbers are close, and neither is high: it can still learn.")
