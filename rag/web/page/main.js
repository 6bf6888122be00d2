// The page's script: Gradio calls these functions around a question and its answer.

import { furnish, startAnswers } from "./answers.js";
import { examine, show, startArticles, startViews } from "./articles.js";
import { filters, setArticles, setFilters, startFilters, askOnly } from "./filters.js";
import { ask, box, empty, fill, mend, message, showConversation, takeNext, turns, typed } from "./gradio.js";
import { currentTurns, keep, startHistory, startNew } from "./history.js";
import { announce, label, onLanguage, relabel, spoken, startLabels } from "./labels.js";
import { get, reachable } from "./server.js";
import { narrow, openBeside, startSource } from "./source.js";
import { readPermalink } from "./takeaway.js";
import { startUpload } from "./upload.js";

let about; // what the server serves
let answering = false;
let restoring = false; // an earlier conversation: its answers are not new
let answers = 0;

const desk = () => document.querySelector("#desk");

export async function start() {
  about = await get("page/about.json");
  await startLabels(document.querySelector("#language"), about.languages);
  startSource({ only: (article) => (askOnly(article), show("ask")) });
  startAnswers(desk(), { index: about.index, filters });
  startHistory(() => (showConversation(), show("ask")));
  startViews();
  watch();
  onLanguage(() => {
    mend();
    welcome();
  });
  document.querySelector("#new").addEventListener("click", () => {
    startNew();
    showConversation();
    show("ask");
    box()?.focus();
  });
  const articles = await get("page/articles.json");
  startFilters(articles);
  startArticles(articles);
  startUpload(about.uploads, async () => setArticles(await examine()));
  await welcome();
  if (!narrow.matches && document.activeElement === document.body) box().focus();
  document.body.dataset.ready = "true";
  openLink();
  addEventListener("hashchange", openLink);
}

// A permalink asks its question with its filters, in a conversation of its own.
function openLink() {
  const link = readPermalink();
  if (!link) {
    if (currentTurns().length && !answers) showConversation();
    return;
  }
  history.replaceState(null, "", location.pathname);
  startNew();
  setFilters(link.filters);
  show("ask");
  if (link.index && link.index !== about.index) notice(label("moved"));
  ask(link.question, 0);
}

function notice(words) {
  const place = document.querySelector("#notice");
  place.textContent = words;
  place.hidden = false;
  setTimeout(() => (place.hidden = true), 12_000);
}

async function welcome() {
  const { examples } = await get(`page/about.json?language=${spoken()}`);
  let place = document.querySelector("#welcome");
  if (!place) {
    place = Object.assign(document.createElement("section"), { id: "welcome" });
    desk().querySelector("#turns").before(place);
  }
  place.innerHTML = '<h2 data-label="welcome"></h2><p data-label="welcome_hint"></p><ul></ul>';
  relabel(place);
  place.querySelector("ul").append(
    ...examples.map((question) => {
      const item = document.createElement("li");
      const button = { type: "button", className: "example", textContent: question, dir: "auto" };
      item.append(Object.assign(document.createElement("button"), button));
      return item;
    }),
  );
}

export async function begin(question, messages) {
  const given = takeNext();
  const asked = given?.question ?? question;
  const kept = given?.from == null ? messages : messages.slice(0, given.from);
  if (asked.trim()) setAnswering(true);
  if (!given) empty();
  if (asked.trim() && !(await reachable())) {
    setAnswering(false);
    fill(asked);
    notice(label("unreachable"));
    return ["", messages, {}];
  }
  return [asked, kept, { language: spoken(), filters: filters() }];
}

export async function end(messages) {
  const all = await whole(messages);
  keep(all);
  setAnswering(false);
  const newest = [...turns().querySelectorAll(".answer")].at(-1);
  const said = newest?.querySelector(".written .text, .lead .quote, .verdict")?.textContent ?? "";
  announce(`${label("answered")} ${said}`);
  return [all];
}

export function stop(messages) {
  setAnswering(false);
  const all = unanswered(messages) ? [...messages, said("stopped")] : messages;
  keep(all);
  return [all];
}

export function restored() {
  restoring = true;
  return [currentTurns()];
}

const unanswered = (messages) => messages.at(-1)?.role === "user";

// A question that got no answer was one too many, or the server is away.
async function whole(messages) {
  if (!unanswered(messages)) return messages;
  return [...messages, said((await reachable()) ? "busy" : "unreachable")];
}

const said = (name) => {
  const verdict = `<p class="verdict"><span class="t-${name}">${label(name)}</span></p>`;
  return message("assistant", `<div class="answer" lang="${spoken()}">${verdict}</div>`);
};

function setAnswering(now) {
  answering = now;
  document.body.classList.toggle("answering", now);
  if (now) announce(label("answering"));
  else typed(); // the box is wider again where "Stop" was wider than "Ask"
  if (!now && !narrow.matches && document.activeElement === document.body) box()?.focus();
}

// A new answer is read from its question on.
function showNewest() {
  const all = turns().querySelectorAll(".answer");
  document.body.classList.toggle("asked", turns().querySelector(".message-row") !== null);
  if (all.length > answers && !restoring) {
    [...turns().querySelectorAll(".user-row")].at(-1)?.scrollIntoView({ block: "start" });
    openBeside(all[all.length - 1]);
  }
  if (all.length !== answers) restoring = false;
  answers = all.length;
}

function watch() {
  // A blank question is none, and while an answer is on its way, another one waits in the box.
  const hold = (event) => {
    const enters = event.key === "Enter" && !event.shiftKey && event.target === box();
    const sends = event.type === "click" && event.target.closest?.("#question .submit-button");
    if ((enters || sends) && (answering || !box().value.trim())) {
      event.preventDefault();
      event.stopPropagation();
    }
  };
  document.addEventListener("keydown", hold, true);
  document.addEventListener("click", hold, true);
  const see = () => {
    mend();
    furnish();
    showNewest();
  };
  see();
  new MutationObserver(see).observe(desk(), { childList: true, subtree: true });
  new MutationObserver(mend).observe(document.documentElement, { attributeFilter: ["lang"] });
}
