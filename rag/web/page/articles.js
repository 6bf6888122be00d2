// The list of articles: found by words, sorted by columns; and the page's two views.

import { dateText, label, languageName, onLanguage } from "./labels.js";
import { get } from "./server.js";

const COLUMNS = ["title", "source", "date", "language", "notes"];
let articles = [];
let sorted = { by: "title", down: false };

const views = () => [...document.querySelectorAll("#masthead [data-view]")];

export function startViews() {
  for (const button of views()) button.addEventListener("click", () => show(button.dataset.view));
  show("ask");
}

// Show "ask", the conversation, or "articles".
export function show(view) {
  document.body.dataset.view = view;
  if (view === "articles") examine();
  for (const button of views()) {
    if (button.dataset.view === view) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
}

// The files are looked at when the list is, not with every visit of the page.
export async function examine() {
  articles = await get("page/articles.json?examine=true");
  draw();
  return articles;
}

export function startArticles(list) {
  articles = list;
  document.querySelector("#find-article").addEventListener("input", draw);
  onLanguage(draw);
  draw();
}

function cells(one) {
  const notes = one.notes.map(({ label: name, n }) => label(name, n === null ? {} : { n }));
  return {
    title: one.title ?? one.id,
    source: one.source ?? "",
    date: one.published ? dateText(one.published) : "",
    language: one.language ? languageName(one.language) : "",
    notes: notes.join(", "),
  };
}

const key = (one) => (sorted.by === "date" ? (one.published ?? "") : cells(one)[sorted.by].toLocaleLowerCase());

function draw() {
  const wanted = document.querySelector("#find-article").value.toLocaleLowerCase().split(/\s+/);
  const fits = (one) => {
    const words = [one.id, one.author ?? "", one.published ?? "", ...Object.values(cells(one))].join(" ").toLocaleLowerCase();
    return wanted.every((word) => words.includes(word));
  };
  const found = articles.filter(fits).sort((a, b) => key(a).localeCompare(key(b)) * (sorted.down ? -1 : 1));
  const count = found.length ? label("articles_held", { n: found.length }) : label("articles_none");
  document.querySelector("#articles-count").textContent = count;
  const table = document.createElement("table");
  table.append(head(), body(found));
  document.querySelector(".articles-list").replaceChildren(table);
}

function head() {
  const row = document.createElement("tr");
  for (const column of COLUMNS) {
    const cell = document.createElement("th");
    cell.scope = "col";
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: label(`article_${column}`) });
    if (sorted.by === column) cell.setAttribute("aria-sort", sorted.down ? "descending" : "ascending");
    button.addEventListener("click", () => {
      sorted = { by: column, down: sorted.by === column && !sorted.down };
      draw();
      document.querySelector(`.articles-list th:nth-child(${COLUMNS.indexOf(column) + 1}) button`).focus();
    });
    cell.append(button);
    row.append(cell);
  }
  const part = document.createElement("thead");
  part.append(row);
  return part;
}

function body(found) {
  const part = document.createElement("tbody");
  for (const one of found) {
    const shown = cells(one);
    const row = part.insertRow();
    for (const column of COLUMNS) {
      const cell = row.insertCell();
      cell.className = `of-${column}`;
      const place = column === "title" && one.indexed ? cell.appendChild(link(one)) : cell;
      place.append(Object.assign(document.createElement("bdi"), { textContent: shown[column] }));
      if (column === "title" && one.language) place.lang = one.language;
    }
  }
  return part;
}

function link(one) {
  return Object.assign(document.createElement("a"), { className: "cite", href: `#/source/${encodeURIComponent(one.id)}/` });
}
