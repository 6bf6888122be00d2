// Answers to take away: as text with sources, as Markdown, as a link.

import { label } from "./labels.js";
import { parse } from "./source.js";

const text = (part) => part?.textContent.replace(/\s+/g, " ").trim() ?? "";

// What stands in an answer: the sentences that answer, and every numbered source with its quote.
export function read(answer) {
  const row = answer.closest(".message-row")?.previousElementSibling;
  const leads = [...answer.querySelectorAll(".lead")];
  const cards = [...answer.querySelectorAll(".card")];
  const written = answer.querySelector(".written .text");
  const sources = [...leads, ...cards].map(readSource);
  return {
    question: text(row?.querySelector(".question")),
    completed: text(answer.querySelector(".completed q")),
    answers: leads.map((lead) => ({ quote: text(lead.querySelector(".quote")), number: number(lead) })),
    verdict: written ? numbered(written) : text(answer.querySelector(".verdict")),
    sources,
  };
}

// A text with its citations as "[1]".
function numbered(written) {
  const copy = written.cloneNode(true);
  for (const link of copy.querySelectorAll("a.cite")) link.replaceWith(`[${number(link)}]`);
  return text(copy);
}

const number = (part) => Number(part.querySelector(".number").lastChild.textContent);

function readSource(part) {
  const card = part.matches(".card");
  let origin = part;
  while (!card && !origin.matches(".origin")) origin = origin.nextElementSibling;
  const link = part.querySelector("a.cite");
  const { article, spans } = parse(link);
  const facts = [...(card ? part.querySelector(".facts") : origin).childNodes];
  return {
    number: number(part),
    article,
    start: spans[0][0],
    end: spans[0][1],
    title: text(part.querySelector("a.cite bdi") ?? origin.querySelector("a.cite bdi")),
    facts: facts.filter((node) => !node.matches?.("a.cite")).map((node) => node.textContent).join("").replace(/^ · /, ""),
    quote: part.querySelector(".quote").textContent,
    direction: getComputedStyle(part).direction,
  };
}

const place = (source) => `${source.article}:${source.start}-${source.end}`;

export function asText(answer) {
  const { question, completed, answers, verdict, sources } = read(answer);
  const said = answers.length ? answers.map(({ quote, number }) => `“${quote}” [${number}]`) : [verdict];
  const lines = sources.map((one) => {
    const about = [one.title, one.facts].filter(Boolean).join(" · ");
    return `[${one.number}] ${about}\n    “${one.quote.replace(/\s+/g, " ").trim()}”\n    ${place(one)}`;
  });
  return [completed || question, "", ...said, "", ...lines, ""].join("\n");
}

// Nothing of an article may be more than text in Markdown, wherever it is opened.
const inert = (words) =>
  words.replace(/\s+/g, " ").trim().replace(/[!-/:-@[-`{-~]/g, (sign) => (sign === "<" ? "&lt;" : sign === "&" ? "&amp;" : `\\${sign}`));

export function asMarkdown(answers) {
  const parts = answers.map((answer) => {
    const { question, completed, answers: leads, verdict, sources } = read(answer);
    const said = leads.length ? leads.map(({ quote, number }) => `> ${inert(quote)} \\[${number}\\]`) : [inert(verdict)];
    const lines = sources.map((one) => {
      const about = [one.title, one.facts].filter(Boolean).map(inert).join(" · ");
      return `${one.number}. ${about}  \n   “${inert(one.quote)}”  \n   ${inert(place(one))}`;
    });
    return [`## ${inert(completed || question)}`, said.join("\n>\n"), lines.join("\n")].join("\n\n");
  });
  return `# ${inert(label("title"))}\n\n${parts.join("\n\n")}\n`;
}

export function save(markdown) {
  const address = URL.createObjectURL(new Blob([markdown], { type: "text/markdown" }));
  const link = Object.assign(document.createElement("a"), { href: address, download: "answers.md" });
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

export async function copy(words) {
  if (navigator.clipboard) return navigator.clipboard.writeText(words);
  // Over plain HTTP from another machine there is no clipboard but this.
  const field = Object.assign(document.createElement("textarea"), { value: words });
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

// A link keeps question, filters and index to itself: what follows "#" is never sent.
export function permalink(answer, filters, index) {
  const { question, completed } = read(answer);
  const values = new URLSearchParams({ ask: completed || question });
  for (const end of ["since", "until"]) if (filters[end]) values.set(end, filters[end]);
  for (const kind of ["sources", "languages", "articles"]) {
    for (const value of filters[kind]) values.append(kind, value);
  }
  values.set("index", index);
  return `${location.origin}${location.pathname}#${values}`;
}

export function readPermalink() {
  const values = new URLSearchParams(location.hash.slice(1));
  if (!values.get("ask")) return null;
  const filters = { since: values.get("since") ?? "", until: values.get("until") ?? "" };
  for (const kind of ["sources", "languages", "articles"]) filters[kind] = values.getAll(kind);
  return { question: values.get("ask"), filters, index: values.get("index") };
}
