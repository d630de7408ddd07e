"""Which run a page looks at: the one in the address, and what its control shows."""

from __future__ import annotations

from tests.pages.laboratory import Laboratory, open_page


def test_an_address_of_before_does_not_part_a_page_from_its_control(lab: Laboratory) -> None:
    """Where the two came apart, under quick clicks, the control counts, and the address follows."""
    app = open_page(lab, "train", run="2")
    chosen = app.selectbox[0].value
    app.query_params["run"] = "1"
    app.session_state["url_params"] = {**app.session_state["url_params"], "run": "1"}
    app.run()
    assert not app.exception
    assert app.selectbox[0].value == chosen
    assert app.query_params["run"] == str(chosen)
