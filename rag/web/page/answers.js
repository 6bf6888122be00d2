// What can be done with an answer: the row of buttons under it, and those on its passages.

import { ask, fill } from "./gradio.js";
import { announce, label, relabel } from "./labels.js";
import { send } from "./server.js";
import { parse } from "./source.js";
import { asMarkdown, asText, copy, permalink, read, save } from "./takeaway.js";

let desk, about;

const all = () => [...desk.querySelectorAll(".answer")];

export function startAnswers(where, what) {
  desk = where;
  about = what;
  desk.addEventListener("click", (event) => {
    const next = event.target.closest("button.ask, button.example");
    if (next) ask(next.textContent);
    const button = event.target.closest(".toolbar button, .judge button");
    if (button) act(button.dataset.act, button.closest(".answer"), button);
  });
}

export function furnish() {
  const answers = all();
  for (const answer of answers) {
    if (!answer.querySelector(".toolbar") && questionOf(answer)) answer.append(toolbar(answer));
  }
}

const questionOf = (answer) => answer.closest(".message-row")?.previousElementSibling?.querySelector(".question");

function toolbar(answer) {
  const bar = group("toolbar", "actions");
  const lead = answer.querySelector(".lead");
  const cards = [...answer.querySelectorAll(".card")];
  if (lead || cards.length) {
    bar.append(...(lead ? [button("right"), button("wrong")] : [button("should_have_answered")]));
    bar.append(button("copy"), button("link"));
    for (const card of cards) card.querySelector(".passage").before(judge(lead));
  }
  bar.append(button("edit"), button("retry"));
  if (lead || cards.length) bar.append(button("export"), button("print"));
  relabel(bar);
  return bar;
}

// A passage that was offered where nothing answers may answer after all.
function judge(lead) {
  const bar = group("judge", "feedback");
  bar.append(...(lead ? [button("right"), button("wrong")] : [button("this_answers")]));
  relabel(bar);
  return bar;
}

function group(kind, name) {
  const made = document.createElement("div");
  made.className = kind;
  made.setAttribute("role", "group");
  made.dataset.name = name;
  return made;
}

function button(name) {
  const made = Object.assign(document.createElement("button"), { type: "button" });
  made.dataset.act = name;
  made.dataset.label = name;
  return made;
}

const VERDICTS = {
  right: "right",
  wrong: "wrong",
  should_have_answered: "should-have-answered",
  this_answers: "should-have-answered",
};

async function act(name, answer, pressed) {
  const { question, completed } = read(answer);
  if (name in VERDICTS) await tell(VERDICTS[name], answer, pressed);
  if (name === "copy") await told(copy(asText(answer)), pressed, "copied");
  if (name === "link") await told(copy(permalink(answer, about.filters(), about.index)), pressed, "copied");
  if (name === "edit") fill(completed || question);
  if (name === "retry") ask(question, 2 * all().indexOf(answer));
  if (name === "export") save(asMarkdown(all().filter((one) => one.querySelector(".number"))));
  if (name === "print") print();
}

async function tell(verdict, answer, pressed) {
  const { question, completed } = read(answer);
  const part = pressed.closest(".card") ?? answer.querySelector(".lead");
  const { article, spans } = part ? parse(part.querySelector("a.cite")) : { spans: [[0, 0]] };
  const [start, end] = spans[0];
  const said = { question: completed || question, verdict, article, start, end, asking: { filters: about.filters() } };
  const answered = await send("page/feedback", said);
  for (const other of pressed.parentElement.querySelectorAll("[aria-pressed]")) other.removeAttribute("aria-pressed");
  if (answered) pressed.setAttribute("aria-pressed", "true");
  await told(null, pressed, answered ? "noted" : "not_noted");
}

async function told(doing, pressed, done) {
  await doing;
  pressed.textContent = label(done);
  announce(label(done));
  setTimeout(() => (pressed.textContent = label(pressed.dataset.label)), 2000);
}
