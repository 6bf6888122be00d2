// What can be done with an answer: the row of buttons under it, and those on its passages.

import { ask, fill } from "./gradio.js";
import { label, relabel } from "./labels.js";
import { asText, copy, permalink, read } from "./takeaway.js";

let desk, about;

const all = () => [...desk.querySelectorAll(".answer")];

export function startAnswers(where, what) {
  desk = where;
  about = what;
  desk.addEventListener("click", (event) => {
    const next = event.target.closest("button.ask, button.example");
    if (next) ask(next.textContent);
    const button = event.target.closest(".toolbar button");
    if (button) act(button.dataset.act, button.closest(".answer"), button);
  });
}

export function furnish() {
  for (const answer of all()) {
    const { sources } = hasQuestion(answer) ? read(answer) : { sources: [] };
    if (answer.querySelector(".toolbar") || !hasQuestion(answer)) continue;
    const bar = document.createElement("div");
    bar.className = "toolbar";
    bar.setAttribute("role", "group");
    bar.dataset.name = "actions";
    if (sources.length) bar.append(button("copy"), button("link"));
    bar.append(button("edit"), button("retry"));
    answer.append(bar);
    relabel(bar.parentElement);
  }
}

const hasQuestion = (answer) => answer.closest(".message-row")?.previousElementSibling?.querySelector(".question");

function button(name) {
  const made = Object.assign(document.createElement("button"), { type: "button" });
  made.dataset.act = name;
  made.dataset.label = name;
  return made;
}

async function act(name, answer, pressed) {
  const { question, completed } = read(answer);
  if (name === "copy") await told(copy(asText(answer)), pressed, "copied");
  if (name === "link") await told(copy(permalink(answer, about.filters(), about.index)), pressed, "copied");
  if (name === "edit") fill(completed || question);
  if (name === "retry") ask(question, 2 * all().indexOf(answer));
}

async function told(doing, pressed, done) {
  await doing;
  pressed.textContent = label(done);
  setTimeout(() => (pressed.textContent = label(pressed.dataset.label)), 2000);
}
