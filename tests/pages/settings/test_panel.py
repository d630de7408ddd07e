"""The controls of the settings: what a link, a click and a preset make of the next model."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from pages.shared.frame import i18n


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(i18n, "browsers_language", lambda: "en")
    yield


def draw_page() -> None:
    """The settings of a run and of a draw, with a preset, as Train and Search have them."""
    import streamlit as st

    from pages.shared.frame import url_state
    from pages.shared.settings import panel
    from pages.shared.settings.decoding import DRAW_NUMBER, TEMPERATURE

    url_state.sync_url("train")
    panel.drop_invalid()
    settings = {"architecture": "transformer", "layers": 3, "learning_rate": 0.002}
    st.button("preset", on_click=panel.apply_preset, args=(settings,))
    panel.draw_settings(panel.ALL_SETTINGS)
    draws = panel.draw_setting(TEMPERATURE), panel.draw_setting(DRAW_NUMBER)
    configs = panel.configs_or_none()
    st.session_state["chosen"] = (*(configs or (None, None)), *draws)
    url_state.sync_url("train")


def visit(**params: str) -> AppTest:
    app = AppTest.from_function(draw_page)
    for name, value in params.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def address(app: AppTest) -> dict[str, str]:
    params = app.query_params.items()
    return {name: value if isinstance(value, str) else value[-1] for name, value in params}


def slider_labels(app: AppTest) -> set[str]:
    return {slider.label for slider in app.select_slider}


def test_a_link_chooses_what_the_form_does_not_offer() -> None:
    app = visit(hidden_size="20", teacher_forcing="0.4", decoder_relu="true", seed="7")
    model, training, _temperature, draw = app.session_state["chosen"]
    assert (model.hidden_size, model.decoder_relu) == (20, True)
    assert (training.teacher_forcing, training.seed, draw) == (0.4, 7, 1)
    hidden = next(slider for slider in app.select_slider if slider.label == "Hidden size")
    assert hidden.options == ["8", "16", "20", "32", "64", "128", "256"]


def test_the_seed_of_a_draw_is_not_that_of_the_training() -> None:
    app = visit()
    app.number_input[0].set_value(5).run()
    _model, training, _temperature, draw = app.session_state["chosen"]
    assert (training.seed, draw) == (1, 5)
    assert address(app) == {"draw": "5"}


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("hidden_size", "1000000", "between 1 and 256"),
        ("learning_rate", "inf", "finite number"),
        ("temperature", "-1", "temperature must be between"),
        ("draw", "x", "whole number"),
    ],
)
def test_a_value_out_of_its_limits_is_said_once_and_forgotten(
    name: str, value: str, sentence: str
) -> None:
    app = visit(**{name: value})
    (error,) = app.error
    assert sentence in error.value
    assert address(app) == {}
    assert not app.run().error


def test_settings_that_do_not_go_together_are_said_and_stay() -> None:
    app = visit(hidden_size="33")
    assert "even" in app.error[0].value
    assert address(app) == {"hidden_size": "33"}
    control = next(group for group in app.button_group if group.label == "Encoder")
    control.set_value(False).run()
    assert not app.error and app.session_state["chosen"][0].hidden_size == 33


def test_only_what_the_model_reads_is_drawn() -> None:
    app = visit(attention="none")
    assert "Hidden size" in slider_labels(app)
    assert not slider_labels(app) & {"Sharpness β", "Attention size", "Model size"}
    transformer = slider_labels(visit(architecture="transformer"))
    assert "Model size" in transformer and "Hidden size" not in transformer
    assert "Half-life of teacher forcing" in slider_labels(visit(teacher_forcing_schedule="linear"))


def test_a_preset_replaces_every_setting_of_a_run_and_no_other() -> None:
    app = visit(hidden_size="32", dropout="0.3", temperature="2.0")
    app.button[0].click().run()
    model, training, temperature, _draw = app.session_state["chosen"]
    assert (model.architecture, model.layers, model.dropout) == ("transformer", 3, 0.1)
    assert (training.learning_rate, temperature) == (0.002, 2.0)
    assert address(app) == {
        "architecture": "transformer", "layers": "3", "learning_rate": "0.002",
        "temperature": "2.0",
    }  # fmt: skip
    control = next(group for group in app.button_group if group.label == "Layers")
    control.set_value(2).run()  # its new control has a say
    assert app.session_state["chosen"][0].layers == 2


def test_another_language_keeps_what_was_chosen() -> None:
    app = visit()
    next(g for g in app.button_group if g.label == "Architecture").set_value("lstm").run()
    chinese = visit(**address(app), lang="zh")
    assert chinese.session_state["chosen"][0].architecture == "lstm"
    assert address(chinese) == {"architecture": "lstm", "lang": "zh"}
