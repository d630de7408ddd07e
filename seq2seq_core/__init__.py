"""Sequence-to-sequence learning, small enough to read: no Streamlit in here, usable anywhere."""
