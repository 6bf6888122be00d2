// Which articles are asked: chosen in a dialog, shown as chips above the question.

import { dateText, label, languageName, onLanguage } from "./labels.js";

const none = () => ({ since: "", until: "", sources: [], languages: [], articles: [] });
let chosen = none();
let articles = [];
const listeners = [];

export const filters = () => structuredClone(chosen);
export const isFiltered = () => Object.values(chosen).some((value) => value.length);

export function setFilters(values) {
  chosen = { ...none(), ...values };
  draw();
}

export const askOnly = (article) => setFilters({ articles: [article] });
export const onFilters = (listener) => listeners.push(listener);
export const nameOf = (id) => articles.find((one) => one.id === id)?.title ?? id.split("/").at(-1);

// The articles that can be chosen from, now or after more were added.
export function setArticles(list) {
  articles = list.filter((one) => one.indexed);
}

export function startFilters(list) {
  setArticles(list);
  const dialog = document.querySelector("#filter-dialog");
  document.querySelector("#filter-open").addEventListener("click", () => {
    fillDialog(dialog);
    dialog.showModal();
  });
  dialog.addEventListener("change", (event) => read(event.target));
  dialog.querySelector("#filter-find").addEventListener("input", (event) => {
    const wanted = event.target.value.toLocaleLowerCase();
    for (const choice of dialog.querySelectorAll("#filter-articles .choices label")) {
      choice.hidden = !choice.textContent.toLocaleLowerCase().includes(wanted);
    }
  });
  dialog.querySelector("#filter-clear").addEventListener("click", () => {
    setFilters({});
    fillDialog(dialog);
  });
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  onLanguage(draw);
  draw();
}

function read(input) {
  if (input.id === "since" || input.id === "until") chosen[input.id] = input.value;
  const { kind } = input.dataset;
  if (kind) {
    const others = chosen[kind].filter((value) => value !== input.value);
    chosen[kind] = input.checked ? [...others, input.value] : others;
  }
  draw();
}

function fillDialog(dialog) {
  dialog.querySelector("#since").value = chosen.since;
  dialog.querySelector("#until").value = chosen.until;
  dialog.querySelector("#filter-find").value = "";
  const values = (key) => [...new Set(articles.map((one) => one[key]).filter(Boolean))].sort();
  choices(dialog, "sources", values("source"), (value) => value);
  choices(dialog, "languages", values("language"), languageName);
  choices(dialog, "articles", articles.map((one) => one.id), nameOf);
}

function choices(dialog, kind, values, shown) {
  const field = dialog.querySelector(`#filter-${kind}`);
  field.hidden = values.length === 0;
  field.querySelector(".choices").replaceChildren(
    ...values.map((value) => {
      const input = Object.assign(document.createElement("input"), { type: "checkbox", value });
      input.dataset.kind = kind;
      input.checked = chosen[kind].includes(value);
      const text = Object.assign(document.createElement("span"), { textContent: shown(value), dir: "auto" });
      const choice = document.createElement("label");
      choice.append(input, text);
      return choice;
    }),
  );
}

function draw() {
  const chips = [
    ...["since", "until"].filter((end) => chosen[end]).map((end) => [end, chosen[end], `${label(end)} ${dateText(chosen[end])}`]),
    ...chosen.sources.map((value) => ["sources", value, value]),
    ...chosen.languages.map((value) => ["languages", value, languageName(value)]),
    ...chosen.articles.map((value) => ["articles", value, nameOf(value)]),
  ];
  document.querySelector("#chips").replaceChildren(...chips.map(chip));
  for (const listener of listeners) listener();
}

function chip([kind, value, text]) {
  const item = document.createElement("li");
  const shown = Object.assign(document.createElement("span"), { textContent: text, dir: "auto" });
  const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  remove.setAttribute("aria-label", `${label("remove")}: ${text}`);
  remove.addEventListener("click", () => {
    chosen[kind] = Array.isArray(chosen[kind]) ? chosen[kind].filter((one) => one !== value) : "";
    draw();
    document.querySelector("#chips button, #filter-open").focus();
  });
  item.append(shown, remove);
  return item;
}
