// The last line of the composer: what can be done with the draft as it stands, or why not.

const textOf = (tokens) => tokens.join("");

/** The pair of one's own with these words, if there is one. */
const twin = ({ own }, source, target) => own.find((pair) =>
  textOf(pair.source.map(({ token }) => token)) === textOf(source) && textOf(pair.target) === textOf(target));

/** Whether the draft can be added: "open", or why not. */
function judge({ data, draft, told }, sides) {
  const [source, target] = SIDES.map((name) => sides[name].tokens);
  if (!source.length || !target.length) return source.length ? "empty_target" : "empty_source";
  if (told === JSON.stringify(draft)) return "told";
  const there = twin(data, source, target);
  if (there) return there.is === draft.replaces ? "unchanged" : "there";
  const first = textOf(data.draft.source) === textOf(source) && textOf(data.draft.target) === textOf(target);
  return first && !draft.replaces ? "begin" : "open";
}

/** What is said of the draft: a label's name, and the words in it. */
function remark(view, sides, verdict) {
  const [source, target] = SIDES.map((name) => sides[name].tokens);
  if (verdict === "there") return ["there", { row: ["", `${twin(view.data, source, target).is.row + 1}`] }];
  if (verdict !== "open") return [verdict, {}];
  const fresh = (name) => [...new Set(sides[name].tokens)].filter((token) => !view[name].words.has(token));
  const [sources, targets] = SIDES.map(fresh);
  const words = { source: ["source", sources.join(" ")], target: ["target", targets.join(" ")] };
  if (sources.length === targets.length) return [sources.length ? "fresh" : "", words];
  return [sources.length && targets.length ? "uneven" : sources.length ? "lone_source" : "lone_target", words];
}

function foot(view, sides) {
  const { draft, data: { labels } } = view;
  const verdict = judge(view, sides);
  const [open, half, change] = [verdict === "open", verdict.startsWith("empty"), draft.replaces ? "_change" : ""];
  view.add.disabled = !open;
  view.go.disabled = half;
  write(view.add, change ? labels.change : labels.add);
  write(view.go, open || half ? labels[`go${change}`] : labels.train);
  view.leave.hidden = verdict === "begin" || (verdict === "there" && !change);
  const [state, text] = view.said.children;
  const kept = open || half ? labels[`open${change}`] : labels.saved;
  const [label, words] = remark(view, sides, verdict);
  const why = view.news ? [view.news] : said(labels[label] ?? [], words);
  write(state, verdict === "told" ? "" : why.length && kept ? `${kept} ·` : kept);
  text.replaceChildren(...why);
}
