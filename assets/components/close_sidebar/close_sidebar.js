// On a phone the list of pages lies over the page: a learner who has chosen one wants to see it.

const PHONE = 768; // px, as Streamlit has it
const LINK = '[data-testid="stSidebarNavLink"]';
const CLOSE = '[data-testid="stSidebarCollapseButton"] button';

function closeSidebar(event) {
  if (window.innerWidth <= PHONE && event.target.closest?.(LINK))
    setTimeout(() => document.querySelector(CLOSE)?.click(), 0);
}

export default function () {
  document.addEventListener("click", closeSidebar);
  return () => document.removeEventListener("click", closeSidebar);
}
