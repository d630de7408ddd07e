"""A control begins with what the URL says, and the URL says what was chosen in it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.frame import i18n

ROOT = Path(__file__).parents[3]


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(i18n, "browsers_language", lambda: "en")
    yield


def draw_page() -> None:
    """A page with one control of each kind, in a frame as app.py is one."""
    import streamlit as st

    from pages.shared.frame import url_state, widgets
    from pages.shared.frame.i18n import current_language

    LABELS = {"en": {"a": "one", "b": "two"}, "zh": {"a": "一", "b": "二"}}

    def overrule() -> None:
        url_state.set_param("order", "b")
        widgets.remount("order")

    def fail() -> None:
        raise ValueError("what comes after the change")

    widgets.language_switch()
    url_state.sync_url("words")
    label = LABELS[current_language()].__getitem__
    chosen = widgets.choose_option("words", "order", "Order", ["a", "b"], label)
    cloud = widgets.choose_option(
        "words", "cloud", "Cloud", ["a", "b"], label, default="b", omits_default=False
    )
    words = ["x", "y"]
    bound = widgets.bind("words", "near", url_state.get_option("near", words, "x"), scope="3")
    near = st.selectbox(
        "Word", words, index=words.index(bound.initial), key=bound.key, on_change=bound.save
    )
    is_on = url_state.get_option("untrained", (False, True), False)
    bound = widgets.bind("words", "untrained", is_on, default=False, after_save=fail)
    switch = st.toggle("untrained", value=bound.initial, key=bound.key, on_change=bound.save)
    st.button("overrule", on_click=overrule)
    st.text(f"{chosen} {cloud} {near} {switch}")
    url_state.sync_url("words")


def visit(**params: str) -> AppTest:
    app = AppTest.from_function(draw_page)
    for name, value in params.items():
        app.query_params[name] = value
    return app.run()


def refresh(app: AppTest) -> AppTest:
    """A new session that begins with the URL of this one."""
    return visit(**address(app))


def address(app: AppTest) -> dict[str, str]:
    params = app.query_params.items()  # as text, or as a list of texts
    return {name: value if isinstance(value, str) else value[-1] for name, value in params}


def shown(app: AppTest) -> str:
    assert not app.exception
    return app.text[0].value


def control(app: AppTest, label: str) -> Any:
    return next(group for group in app.button_group if group.label == label)


def test_without_a_word_in_the_url_every_control_has_its_default() -> None:
    app = visit()
    assert shown(app) == "a b x False"
    assert address(app) == {}


def test_a_control_begins_with_the_url() -> None:
    app = visit(order="b", cloud="a", near="y", untrained="true")
    assert shown(app) == "b a y True"


@pytest.mark.parametrize("value", ["c", "", "A", "None", "-1"])
def test_an_unknown_value_falls_back_to_the_default(value: str) -> None:
    assert shown(visit(order=value, cloud=value, near=value, untrained=value)) == "a b x False"


def test_a_change_is_written_and_a_refresh_keeps_it() -> None:
    app = visit()
    control(app, "Order").set_value("b")
    app.selectbox[0].set_value("y")
    app.run()
    assert shown(app) == "b b y False"
    assert address(app) == {"order": "b", "near": "y"}
    assert shown(refresh(app)) == "b b y False"


def test_the_default_goes_without_saying_unless_it_depends_on_something() -> None:
    app = visit(order="b", cloud="a")
    control(app, "Order").set_value("a")
    control(app, "Cloud").set_value("b")
    app.run()
    assert address(app) == {"cloud": "b"}


def test_another_language_keeps_the_choice() -> None:
    app = visit()
    control(app, "Order").set_value("b").run()
    control(app, "语言 · Language").set_value("zh").run()
    assert shown(app) == "b b x False"
    assert control(app, "Order").options == ["一", "二"]
    assert address(app) == {"order": "b", "lang": "zh"}
    control(app, "Order").set_value("a").run()
    control(app, "语言 · Language").set_value("en").run()
    assert shown(app) == "a b x False"
    assert address(app) == {}


def test_a_choice_and_a_switch_of_the_language_at_once_are_both_kept() -> None:
    app = visit()
    control(app, "Order").set_value("b")
    control(app, "语言 · Language").set_value("zh")
    app.run()
    assert address(app) == {"order": "b", "lang": "zh"}
    assert shown(app) == "b b x False"


def test_a_control_that_is_overruled_begins_anew_and_has_no_say_any_more() -> None:
    app = visit()
    app.button[0].click().run()
    assert shown(app) == "b b x False" and address(app) == {"order": "b"}
    control(app, "Order").set_value("a").run()
    assert shown(app) == "a b x False"


def test_what_is_done_after_a_change_may_fail_without_losing_the_change() -> None:
    app = visit()
    app.toggle[0].set_value(True).run()
    assert shown(app) == "a b x True" and address(app) == {"untrained": "true"}
    assert isinstance(app.session_state["error"], ValueError)  # shown by the page's frame


def test_no_other_element_has_the_key_of_a_control() -> None:
    bound, others = set(), set()
    for path in (ROOT / "pages").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            function = ast.unparse(node.func)
            texts = [a.value for a in node.args[:2] if isinstance(a, ast.Constant)]
            if function in ("widgets.bind", "widgets.choose_option") and len(texts) == 2:
                bound.add("_".join(map(str, texts)))
            for keyword in node.keywords:
                if keyword.arg == "key":
                    others.add(ast.unparse(keyword.value).strip("f'\"").partition("_{")[0])
    assert {"corpus_view", "words_cloud", "train_speed"} <= bound
    assert not bound & others
