"""The caches of a corpus know it by its version: tests that make views by hand start without."""

from __future__ import annotations

import pytest
import streamlit as st


@pytest.fixture(autouse=True)
def empty_caches() -> None:
    st.cache_data.clear()
    st.cache_resource.clear()
