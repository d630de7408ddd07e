// Carries data to another component of the page. Streamlit sends the whole code of a component along
// with every change of its data: what changes many times a second comes by this, which is short.

export default function ({ data }) {
  if (!data) return;
  (window.labFeeds ??= {})[data.to] = data;
  window.dispatchEvent(new CustomEvent("lab-feed", { detail: data.to }));
}
