// All that the page's script knows of Gradio's own elements, and what it mends in them.

import { label, spoken } from "./labels.js";

export const turns = () => document.querySelector("#turns");
export const box = () => document.querySelector("#question textarea");

// A message of the conversation as Gradio has it, and the HTML in one.
export const message = (role, html) => ({
  role,
  content: [{ type: "text", text: html }],
  metadata: null,
  options: null,
});
export const text = (content) => content.map((part) => part.text ?? "").join("");

// What the next question is asked with, where it does not come from the box alone.
let next = null;

export function takeNext() {
  const taken = next;
  next = null;
  return taken;
}

// Ask a question; `from` is how many messages of the conversation to keep (all, by default).
export function ask(question, from = null) {
  next = { question, from };
  document.querySelector("#go").click();
}

export function fill(question) {
  box().value = question;
  typed();
  box().focus();
}

// Make room for the next question at once, not when the server has taken this one.
export function empty() {
  box().value = "";
  typed();
}

// Gradio takes what is in the box, and how high it must be, when someone types.
export function typed() {
  box()?.dispatchEvent(new Event("input", { bubbles: true }));
}

export const showConversation = () => document.querySelector("#show").click();

// Gradio gives each message its own HTML as its name, sets the page's language to its own,
// names its parts in English, reads every change of the conversation aloud, and after a
// question leaves the keyboard without a place.
export function mend() {
  if (document.documentElement.lang !== spoken()) document.documentElement.lang = spoken();
  const field = box();
  if (field) {
    name(field, "aria-label", label("placeholder"));
    name(field, "placeholder", label("placeholder"));
    const caption = field.closest("label")?.querySelector("span");
    if (caption && caption.textContent !== label("question")) caption.textContent = label("question");
  }
  for (const [part, word] of [[".submit-button", "send"], [".stop-button", "stop"]]) {
    const button = document.querySelector(`#question ${part}`);
    if (button && button.textContent.trim() !== label(word)) button.textContent = label(word);
    if (button) name(button, "aria-label", label(word));
  }
  for (const log of document.querySelectorAll("#turns [role='log']")) {
    name(log, "aria-label", label("conversation"));
    name(log, "aria-live", "off"); // the announcement says what is new
    name(log, "tabindex", "0");
  }
  for (const message of document.querySelectorAll("#turns .message-row [data-testid][aria-label]")) {
    message.removeAttribute("aria-label");
  }
  for (const message of document.querySelectorAll("#turns [data-testid][dir='ltr']")) {
    message.removeAttribute("dir");
  }
}

function name(part, attribute, text) {
  if (part.getAttribute(attribute) !== text) part.setAttribute(attribute, text);
}
