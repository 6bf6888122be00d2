// Conversations, kept in this browser alone.

import { message, text } from "./gradio.js";
import { dateText, label, relabel } from "./labels.js";

const KEPT = "rag.conversations";
const CURRENT = "rag.web.conversation"; // of this tab
const MOST = 50;

let current = sessionStorage.getItem(CURRENT) ?? newId();

function newId() {
  return `${Date.now()}-${Math.random().toString(36).slice(2)}`;
}

function read() {
  try {
    const all = JSON.parse(localStorage.getItem(KEPT) ?? "[]");
    return Array.isArray(all) ? all : [];
  } catch {
    return [];
  }
}

function write(all) {
  for (let most = MOST; most > 0; most = Math.floor(most / 2)) {
    try {
      localStorage.setItem(KEPT, JSON.stringify(all.slice(0, most)));
      return;
    } catch {
      // The browser's room is full: the oldest go first.
    }
  }
}

const plain = ({ role, content }) => ({ role, content: text(content) });

export function keep(turns) {
  const others = read().filter((one) => one.id !== current);
  if (!turns.length) return write(others);
  sessionStorage.setItem(CURRENT, current);
  const kept = { id: current, time: new Date().toISOString(), turns: turns.map(plain) };
  return write([kept, ...others]);
}

export const currentTurns = () =>
  (read().find((one) => one.id === current)?.turns ?? []).map(({ role, content }) => message(role, content));

export function startNew() {
  current = newId();
  sessionStorage.setItem(CURRENT, current);
}

// `show` puts the conversation that is now current on the page.
export function startHistory(show) {
  const dialog = document.querySelector("#history-dialog");
  document.querySelector("#history-open").addEventListener("click", () => {
    draw(dialog);
    dialog.showModal();
  });
  document.querySelector("#history-clear").addEventListener("click", () => {
    write([]);
    startNew();
    show();
    draw(dialog);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
    const { open, remove } = event.target.closest("button")?.dataset ?? {};
    if (open) {
      current = open;
      sessionStorage.setItem(CURRENT, current);
      show();
      dialog.close();
    }
    if (remove) {
      write(read().filter((one) => one.id !== remove));
      draw(dialog);
    }
  });
}

function draw(dialog) {
  const all = read();
  dialog.querySelector(".empty").hidden = all.length > 0;
  dialog.querySelector("#conversations").replaceChildren(...all.map(item));
  relabel(dialog);
}

function item({ id, time, turns }) {
  const list = document.createElement("li");
  const asked = new DOMParser().parseFromString(turns[0].content, "text/html").body.textContent;
  const title = Object.assign(document.createElement("span"), { textContent: asked, dir: "auto" });
  const when = Object.assign(document.createElement("time"), { textContent: dateText(time.slice(0, 10)) });
  const open = Object.assign(document.createElement("button"), { type: "button" });
  open.dataset.open = id;
  if (id === current) open.setAttribute("aria-current", "true");
  open.append(title, when);
  const remove = Object.assign(document.createElement("button"), { type: "button", textContent: "×" });
  remove.dataset.remove = id;
  remove.setAttribute("aria-label", `${label("delete")}: ${asked}`);
  list.append(open, remove);
  return list;
}
