// The source panel: an article, scrolled to the sentence that an answer cites.

import { onLanguage, relabel, spoken } from "./labels.js";
import { send } from "./server.js";

const narrow = matchMedia("(max-width: 820px)");
let panel, body, opened = null; // the citation link that was chosen last
let shown = ""; // the link target whose source is in the panel
let onlyThis = () => {};

// "#/source/ARTICLE/START-END,START-END": the cited span, then its answer's others in the article.
export function parse(link) {
  const [, , article, spans] = link.hash.split("/");
  const pairs = spans ? spans.split(",").map((span) => span.split("-").map(Number)) : [];
  return { article: decodeURIComponent(article), spans: pairs };
}

export async function openSource(link) {
  opened?.removeAttribute("aria-current");
  opened = link;
  link.setAttribute("aria-current", "true");
  if (shown !== link.hash) {
    const html = await fetchSource(parse(link));
    if (opened !== link) return; // another one was chosen meanwhile
    if (shown !== link.hash) show(html, link.hash); // or this one, twice
  }
  panel.classList.add("open");
  drawSteps();
  body.scrollTop = 0;
  const cited = body.querySelector("mark.cited");
  if (cited) {
    const below = cited.getBoundingClientRect().top - body.getBoundingClientRect().top;
    body.scrollTop = below - body.clientHeight / 3;
  }
}

async function fetchSource(asked) {
  const answered = await send("page/source", { ...asked, language: spoken() });
  return answered ? answered.text() : null;
}

function show(html, hash) {
  if (html === null) {
    body.innerHTML = '<p class="empty" data-label="panel_problem"></p>';
    relabel(body);
  } else {
    body.innerHTML = html;
  }
  shown = html === null ? "" : hash;
}

// The numbered citations of the answer that the opened one is of, each once.
function siblings() {
  const answer = opened?.closest(".answer");
  const links = answer ? [...answer.querySelectorAll("a.cite:has(.number)")] : [];
  return links.filter((link) => link.closest("details") === null);
}

function drawSteps() {
  const links = siblings();
  const number = opened.querySelector(".number")?.lastChild.textContent ?? "";
  const place = links.findIndex((link) => link.querySelector(".number").lastChild.textContent === number);
  const many = links.length > 1 && place >= 0;
  panel.querySelector(".source-place").textContent = many ? `${place + 1} / ${links.length}` : "";
  for (const button of panel.querySelectorAll(".source-step")) {
    button.hidden = !many;
    button.disabled = !links[place + Number(button.dataset.step)];
    button.onclick = () => openSource(links[place + Number(button.dataset.step)]);
  }
}

function close() {
  const inside = panel.contains(document.activeElement);
  panel.classList.remove("open");
  if (inside) opened?.focus();
}

// Where there is room, the source of a new answer opens beside it.
export function openBeside(answer) {
  const first = answer.querySelector(":is(.lead, .written) a.cite");
  if (first && !narrow.matches) openSource(first);
}

export function startSource({ only }) {
  panel = document.querySelector("#source");
  body = panel.querySelector(".source-text");
  onlyThis = only;
  panel.querySelector(".source-close").addEventListener("click", close);
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a.cite");
    if (link) {
      event.preventDefault();
      await openSource(link);
      body.focus({ preventScroll: true });
    }
    const button = event.target.closest?.("button.only");
    if (button) onlyThis(button.dataset.article);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !document.querySelector("dialog[open]")) close();
  });
  onLanguage(async () => {
    if (!shown || !opened) return;
    const place = body.scrollTop;
    const hash = shown;
    const html = await fetchSource(parse(opened));
    if (shown === hash) show(html, hash);
    body.scrollTop = place;
  });
}

export { narrow };
