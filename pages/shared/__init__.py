"""What the pages share; the only other code that imports Streamlit.

Until a server has called st.navigation for the first time, Streamlit takes a folder named "pages"
for its older kind of multipage app: a link straight to a page would then show it without the frame
of app.py, for as long as nobody opens the front page. Whoever comes first switches that off.
"""

import streamlit as st
from streamlit.runtime.pages_manager import PagesManager

if PagesManager.uses_pages_directory:
    PagesManager.uses_pages_directory = False
    st.rerun()
