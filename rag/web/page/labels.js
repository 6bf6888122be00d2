// The page's words in its reader's language.

import { get } from "./server.js";

const KEPT = "rag.language";
let words = {};
let date = {}; // how the language writes one
let names = {}; // of languages
let language = "en";
const listeners = [];

export const spoken = () => language;
export const onLanguage = (listener) => listeners.push(listener);

export function label(name, values = {}) {
  let text = words[name] ?? "";
  if (typeof text === "object") text = text[new Intl.PluralRules(language).select(values.n)] ?? text.other;
  return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
}

export function dateText(published) {
  const [whole, year, month, day] = published.match(/^(\d{4})-(\d\d)-(\d\d)$/) ?? [];
  if (!whole) return published;
  const first = language === "fr" && day === "01";
  const parts = { year, month: date.months[month - 1], day: first ? "1er" : Number(day) };
  return date.pattern.replace(/\{(\w+)\}/g, (_, part) => parts[part]);
}

export const languageName = (code) => names[code] ?? code;

// The language that was chosen here before, else the first of the browser's that the page has.
function wanted(known) {
  const browsers = navigator.languages.map((tag) => tag.slice(0, 2));
  return [localStorage.getItem(KEPT), ...browsers].find((code) => code in known) ?? "en";
}

export async function startLabels(select, known) {
  for (const [code, name] of Object.entries(known)) {
    const option = new Option(name, code);
    option.lang = code;
    select.add(option);
  }
  select.addEventListener("change", () => {
    localStorage.setItem(KEPT, select.value);
    speak(select.value);
  });
  await speak(wanted(known));
  select.value = language;
}

async function speak(code) {
  const spoken = await get(`page/labels.json?language=${code}`);
  [words, date, names] = [spoken.labels, spoken.date, spoken.languages];
  language = code;
  document.title = label("title");
  document.querySelector(".language span").textContent = code;
  relabel(document);
  for (const listener of listeners) listener();
}

// Have a screen reader say what has happened.
export function announce(words) {
  document.querySelector("#announcement").textContent = words;
}

// Put the labels into what is shown: our own elements name them in attributes, messages of the
// conversation (whose attributes Gradio sifts) in classes.
export function relabel(root) {
  if (root.dataset?.name) named(root);
  if (document.documentElement.lang !== language) document.documentElement.lang = language;
  for (const part of root.querySelectorAll("[data-label]")) set(part, label(part.dataset.label));
  for (const part of root.querySelectorAll("[data-name]")) named(part);
  for (const part of root.querySelectorAll("[data-placeholder]")) {
    part.placeholder = label(part.dataset.placeholder);
  }
  for (const answer of root.querySelectorAll(".answer")) relabelAnswer(answer);
}

function named(part) {
  part.setAttribute("aria-label", label(part.dataset.name));
  if (part.matches("button")) part.title = label(part.dataset.name);
}

function relabelAnswer(answer) {
  if (answer.lang === language) return;
  answer.lang = language;
  for (const part of answer.querySelectorAll("[class^='t-']")) {
    const count = part.className.match(/ n-(\d+)$/);
    set(part, label(part.classList[0].slice(2), count ? { n: Number(count[1]) } : {}));
  }
  for (const part of answer.querySelectorAll("time")) set(part, dateText(part.dateTime));
  for (const part of answer.querySelectorAll(".tongue")) {
    set(part, languageName(part.classList[1].slice("tongue-".length)));
  }
}

function set(part, text) {
  if (part.textContent !== text) part.textContent = text;
}
