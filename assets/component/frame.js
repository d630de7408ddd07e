// On a phone the list of pages lies over the page: who has chosen one wants to see it.

const PHONE = 768; // px, as Streamlit has it
const LINK = '[data-testid="stSidebarNavLink"]';
const CLOSE = '[data-testid="stSidebarCollapseButton"] button';

function close(event) {
  if (window.innerWidth <= PHONE && event.target.closest?.(LINK))
    setTimeout(() => document.querySelector(CLOSE)?.click(), 0);
}

export default function () {
  document.addEventListener("click", close);
  return () => document.removeEventListener("click", close);
}
