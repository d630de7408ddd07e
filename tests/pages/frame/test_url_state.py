"""Whatever an address says, the app answers with a page; learner text stays text."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from urllib.parse import parse_qs

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pages.shared.frame import url_state
from pages.shared.frame.i18n import segments
from pages.shared.frame.markdown import escape_markdown
from pages.shared.settings.decoding import DECODING_SETTINGS
from pages.shared.settings.panel import ALL_SETTINGS

MARKDOWN_LIKE = "*_`[]()<>#!|~$:\\&"


@given(st.text(MARKDOWN_LIKE + "ab 1.-+", max_size=40))
def test_escaped_text_has_no_character_left_that_markdown_knows(text: str) -> None:
    escaped = escape_markdown(text)
    unescaped = escaped.replace("\\\\", "")
    for character in MARKDOWN_LIKE.replace("\\", ""):
        assert unescaped.count(character) == unescaped.count("\\" + character)


def test_learner_text_stays_apart_from_the_phrase_around_it() -> None:
    token = {"target": "{not} a <b>placeholder</b>"}
    assert segments(
        "It gives {token} {probability}.", token=token, probability={"text": "9 %"}
    ) == [
        {"text": "It gives "},
        token,
        {"text": " "},
        {"text": "9 %"},
        {"text": "."},
    ]


class Browser:
    """What Streamlit gives to a session: an address, and a memory of its own."""

    def __init__(self, values: dict[str, str]) -> None:
        self.session_state: dict[str, object] = {}
        self.query_params = self
        self.values = values

    def to_dict(self) -> dict[str, str]:
        return dict(self.values)

    def from_dict(self, values: dict[str, str]) -> None:
        self.values = dict(values)


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], Browser]:
    def visited(values: dict[str, str]) -> Browser:
        browser = Browser(values)
        monkeypatch.setattr(url_state, "st", browser)
        return browser

    return visited


Visit = Callable[[dict[str, str]], Browser]
ROOT = Path(__file__).parents[3]
TABLE = json.loads((ROOT / "tests/bad_inputs.json").read_text(encoding="utf-8"))
LINKS = [case for case in TABLE if case["kind"] == "URL" and case["input"].startswith("?")]
FIELDS = {field.name for config in url_state.CONFIGS for field in fields(config)}
KNOWN = st.sampled_from(sorted(url_state.PARAM_NAMES))
ANY_TEXT = st.text(st.characters(codec=None), max_size=400)


@pytest.mark.parametrize("case", LINKS, ids=[case["id"] for case in LINKS])
def test_a_bad_link_means_what_goes_without_saying(case: dict, visit: Visit) -> None:
    query = parse_qs(case["input"][1:], keep_blank_values=True)  # as Streamlit reads it
    browser = visit({name: values[-1] for name, values in query.items()})
    assert url_state.pop_damaged_flag() == case.get("damaged", False)
    assert url_state.get_option("step", range(1000), 0) == case.get("step", 0)
    url_state.sync_url("train")
    assert set(browser.values) <= url_state.PARAM_NAMES


# each example visits anew
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(KNOWN | ANY_TEXT, ANY_TEXT, max_size=4), KNOWN)
def test_no_link_breaks_the_app(visit: Visit, values: dict[str, str], name: str) -> None:
    browser = visit(values)
    assert url_state.get_option(name, ("a", 2, 0.5), "a") in ("a", 2, 0.5)
    assert url_state.get_param(name) in (None, values.get(name))
    url_state.sync_url("train")
    assert set(browser.values) <= url_state.PARAM_NAMES
    for written, value in browser.values.items():
        assert values[written] == value and url_state.is_valid_param(written, value)
    assert url_state.pop_damaged_flag() == any(
        not url_state.is_valid_param(n, v) for n, v in values.items()
    )
    assert not url_state.pop_damaged_flag()  # it is said once


@pytest.mark.parametrize("value", ["a" * 301, "\ufffd", "a\r\nb", "\x9b", "a\0", "\ud800"])
def test_a_damaged_value_is_left_out(value: str, visit: Visit) -> None:
    visit({"sentence": value, "hidden_size": "32", "w": value})
    assert url_state.pop_damaged_flag()
    assert url_state.get_param("sentence") is None
    assert url_state.get_param("hidden_size") == "32"
    assert url_state.get_param("w") == value  # looked up, and answered like any other wrong key


def test_a_sentence_too_long_for_a_link_is_remembered_but_not_written_there(visit: Visit) -> None:
    browser = visit({})
    url_state.set_param("sentence", "long " * 100)
    url_state.sync_url("decode")
    assert url_state.get_param("sentence") == "long " * 100
    assert "sentence" not in browser.values


@pytest.mark.parametrize("name", ["run", "sentence"])
def test_another_run_or_sentence_begins_at_its_first_step(name: str, visit: Visit) -> None:
    visit({"step": "7", name: "1"})
    url_state.set_param(name, "1")
    assert url_state.get_param("step") == "7"  # a refresh stays where it was
    url_state.set_param(name, "2")
    assert url_state.get_param("step") is None


def names_in_pages() -> set[str]:
    """Every name of the URL that the code of a page writes down."""
    names: set[str] = set()
    for path in [ROOT / "app.py", *(ROOT / "pages").rglob("*.py")]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                asks_url = ast.unparse(node.func).startswith("url_state.")
                binds = ast.unparse(node.func).endswith(("bind", "choose_option"))
                names |= {
                    str(ast.literal_eval(argument))
                    for argument in node.args[: 2 if binds else 1] * (asks_url or binds)
                    if isinstance(argument, ast.Constant)
                }
    return names


def test_every_name_of_the_url_is_a_settings_or_used_by_a_page() -> None:
    by_hand = url_state.PARAM_NAMES - FIELDS
    assert by_hand - {"draw"} <= names_in_pages() | set(url_state.DECODE_KEYS)
    assert {setting.name for setting in (*ALL_SETTINGS, *DECODING_SETTINGS)} <= (
        url_state.PARAM_NAMES
    )
    assert {"w", "lang", "step", "way", "near", "layer"} <= by_hand


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (0.5, "0.5"), (3, "3"), ("dot", "dot"), (1e-05, "1e-05")]
)
def test_a_value_comes_back_out_of_the_url(value: object, text: str, visit: Visit) -> None:
    visit({})
    url_state.save_value("near", value, default="else")
    assert url_state.get_param("near") == text
    assert url_state.get_option("near", (value, "else"), "else") == value


@pytest.mark.parametrize("value", [None, 7])
def test_what_goes_without_saying_is_left_out(value: object, visit: Visit) -> None:
    browser = visit({"near": "9"})
    url_state.save_value("near", value, default=7)
    url_state.sync_url("words")
    assert browser.values == {}
