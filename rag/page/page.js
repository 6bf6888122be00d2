// Opens sources beside the conversation, and mends what Gradio leaves unsaid or unnamed.
// Gradio runs this once, with `element` (the panel's component) and `server` (open_source).

const body = element.querySelector(".source-text");
const desk = element.closest("#desk"); // the conversation in it may be drawn later than this
const problem = element.querySelector("template").innerHTML;
const narrow = matchMedia("(max-width: 820px)");
let opened = null; // the citation link that was chosen last
let shown = ""; // the link target whose source is in the panel
let answers = 0;
let waiting = false; // for an answer

// "#source:ARTICLE:START-END,START-END": the cited span, then its answer's others in the article.
function parse(link) {
  const [, article, spans] = link.hash.split(":");
  return {
    article: decodeURIComponent(article),
    spans: spans.split(",").map((span) => span.split("-").map(Number)),
  };
}

async function open(link) {
  opened?.removeAttribute("aria-current");
  opened = link;
  link.setAttribute("aria-current", "true");
  if (shown !== link.hash) {
    const source = await server.open_source(parse(link)).catch(() => null);
    if (opened !== link) return; // another one was chosen meanwhile
    if (shown !== link.hash) show(link, source); // or this one, twice
  }
  element.classList.add("open");
  body.scrollTop = 0;
  const cited = body.querySelector("mark.cited");
  if (cited) {
    const below = cited.getBoundingClientRect().top - body.getBoundingClientRect().top;
    body.scrollTop = below - body.clientHeight / 3;
  }
}

function show(link, source) {
  const found = typeof source === "string"; // Gradio hides a failure
  body.innerHTML = found ? source : problem;
  shown = found ? link.hash : "";
}

function close() {
  const inside = element.contains(document.activeElement);
  element.classList.remove("open");
  if (inside) opened?.focus();
}

// A new answer is read from its question on; where there is room, its source opens beside it.
function showNewest() {
  const all = desk.querySelectorAll(".answer");
  if (all.length > answers) {
    [...desk.querySelectorAll(".user-row")].at(-1)?.scrollIntoView({ block: "start" });
    const first = all[all.length - 1].querySelector(".lead a.cite");
    if (first && !narrow.matches) open(first);
  }
  answers = all.length;
}

// Gradio gives each message its own HTML as its name, and after a question it leaves the box
// without a hint and the keyboard without a place.
function mend() {
  for (const message of desk.querySelectorAll(".message-row [data-testid][aria-label]")) {
    message.removeAttribute("aria-label");
  }
  const box = desk.querySelector("#question textarea");
  if (!box) return;
  if (!box.placeholder) box.placeholder = box.labels[0].querySelector("span").innerText;
  const lost = document.activeElement === document.body;
  if (waiting && !box.disabled && lost && !narrow.matches) box.focus();
  waiting = box.disabled;
}

document.addEventListener("click", async (event) => {
  const link = event.target.closest?.("#turns a.cite");
  if (!link) return;
  event.preventDefault();
  await open(link);
  body.focus({ preventScroll: true });
});

// "Edit" beside a completed follow-up puts it into the box, to be changed and asked anew.
document.addEventListener("click", (event) => {
  const link = event.target.closest?.("#turns a.edit");
  const box = desk.querySelector("#question textarea");
  if (!link || !box) return;
  event.preventDefault();
  box.value = link.parentElement.querySelector("q").innerText;
  box.dispatchEvent(new Event("input", { bubbles: true }));
  box.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape") close();
});

element.querySelector(".source-close").addEventListener("click", close);

new MutationObserver(() => {
  mend();
  showNewest();
}).observe(desk, { childList: true, subtree: true, attributeFilter: ["disabled"] });
