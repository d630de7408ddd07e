"""Learner text in Markdown: no address in it becomes a link, and nothing that is seen changes."""

from __future__ import annotations

import re

import pytest

from pages.shared.frame.markdown import escape_markdown

ADDRESSES = ["http://a.example/b", "HTTPS://a.example", "www.a.example", "Www.A.example", "me@a.b"]


@pytest.mark.parametrize("text", ADDRESSES)
def test_an_address_is_parted_where_nobody_sees_it(text: str) -> None:
    text_on_page = re.sub(r"\\(.)", r"\1", escape_markdown(text))
    assert text_on_page.replace("\u2060", "") == text
    assert not re.search(r"://|www\.|@\w", text_on_page, re.IGNORECASE)
