// The table of questions: unpacked from the page itself, sorted, filtered, drawn as it is
// scrolled to. Every text goes into the page as text; nothing here makes markup from a string.
"use strict";
(() => {
  const STEP = 60; // rows that are drawn at once
  const EVEN = 1e-9;
  const [ID, TEXT, GOLD, RELEVANT, ARMS, ANSWER, SLICES] = [0, 1, 2, 3, 4, 5, 6];
  const [FIGURES, TOP, RANKS] = [0, 1, 2];
  const [STATE, CONFIDENCE, SCORED, CITED] = [0, 1, 2, 3];

  function make(tag, parts = {}, ...children) {
    const node = document.createElement(tag);
    for (const [name, value] of Object.entries(parts)) {
      if (name === "text") node.textContent = value;
      else if (name === "on") for (const [type, does] of value) node.addEventListener(type, does);
      else if (value !== null) node.setAttribute(name, value);
    }
    node.append(...children);
    return node;
  }

  async function unpack() {
    const packed = atob(document.getElementById("packed").textContent);
    const bytes = Uint8Array.from(packed, (char) => char.charCodeAt(0));
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return JSON.parse(await new Response(stream).text());
  }

  function start({ groups, passages }) {
    const rows = groups.flatMap((group) => group.rows.map((fields) => ({ group, fields })));
    const all = (of) => [...new Set(groups.flatMap(of))];
    const measures = all((group) => group.measures);
    const arms = all((group) => group.arms);
    const answered = rows.some(({ fields }) => fields[ANSWER]);
    const first = measures[0];
    const average = (arm) => {
      const found = rows.map((row) => figure(row, arm, first)).filter((value) => value !== null);
      return found.reduce((sum, value) => sum + value, 0) / (found.length || 1);
    };
    const best = [...arms].sort((one, other) => average(other) - average(one));
    const chosen = {
      search: "", group: "", measure: first, one: best[0] || "", other: best[1] || "",
      outcome: "", answer: "", asks: "", type: "", sort: "gain", down: false,
    };
    const table = document.getElementById("table");
    let shown = [];
    let drawn = 0;
    let body = null;

    function figure(row, arm, measure) {
      const found = row.fields[ARMS][row.group.arms.indexOf(arm)];
      const at = row.group.measures.indexOf(measure);
      return found && at >= 0 ? found[FIGURES][at] : null;
    }
    const one = (row) => figure(row, chosen.one, chosen.measure);
    const other = (row) => figure(row, chosen.other, chosen.measure);
    const gain = (row) => {
      const [a, b] = [one(row), other(row)];
      return a === null || b === null ? null : a - b;
    };

    const keys = {
      question: (row) => row.fields[TEXT].toLocaleLowerCase(),
      one,
      other,
      gain,
      answer: (row) => row.fields[ANSWER] && row.fields[ANSWER][CONFIDENCE],
    };

    function passes(row) {
      const { fields, group } = row;
      if (chosen.group && groups.indexOf(group) !== Number(chosen.group)) return false;
      if (chosen.asks && fields[SLICES][0] !== chosen.asks) return false;
      if (chosen.type && fields[SLICES][1] !== chosen.type) return false;
      if (chosen.answer && (fields[ANSWER] ? fields[ANSWER][STATE] : "") !== chosen.answer) {
        return false;
      }
      if (chosen.outcome) {
        const by = gain(row);
        if (by === null) return false;
        const was = by > EVEN ? "won" : by < -EVEN ? "lost" : "even";
        if (was !== chosen.outcome) return false;
      }
      if (!chosen.search) return true;
      const sought = chosen.search.toLocaleLowerCase();
      const texts = [fields[TEXT], fields[ID], ...fields[GOLD].map((span) => span[3])];
      return texts.some((text) => text.toLocaleLowerCase().includes(sought));
    }

    function order() {
      const key = keys[chosen.sort];
      const ranked = rows.filter(passes).map((row) => [key(row), row]);
      const sign = chosen.down ? -1 : 1;
      ranked.sort(([a], [b]) => {
        if (a === null || b === null) return (a === null) - (b === null); // unknown: last
        return sign * (a < b ? -1 : a > b ? 1 : 0);
      });
      shown = ranked.map(([, row]) => row);
    }

    function header(name, text, kind) {
      const click = () => {
        chosen.down = chosen.sort === name ? !chosen.down : name !== "question";
        chosen.sort = name;
        draw();
        table.querySelector(`[data-sort="${name}"]`).focus();
      };
      const sorted = chosen.sort !== name ? null : chosen.down ? "descending" : "ascending";
      const button = make("button", { type: "button", text, "data-sort": name, on: [["click", click]] });
      return make("th", { scope: "col", class: kind, "aria-sort": sorted }, button);
    }

    function draw() {
      order();
      drawn = 0;
      body = make("tbody");
      const head = make("tr", {}, header("question", "question", "asked"));
      if (arms.length) head.append(header("one", chosen.one, "figure"));
      if (arms.length > 1) {
        head.append(header("other", chosen.other, "figure"));
        head.append(header("gain", "gain", "figure"));
      }
      if (answered) head.append(header("answer", "answer (confidence)", "answer"));
      table.replaceChildren(make("table", {}, make("thead", {}, head), body));
      const count = `${shown.length.toLocaleString("en")} of ${rows.length.toLocaleString("en")}`;
      document.getElementById("count").textContent = `${count} questions`;
      more();
    }

    function more() {
      for (const row of shown.slice(drawn, drawn + STEP)) body.append(line(row));
      drawn = Math.min(drawn + STEP, shown.length);
    }

    function number(value) {
      if (value === null) return make("td", { text: "–" });
      const cell = make("td", { class: "cell", text: value.toFixed(3) });
      cell.style.setProperty("--share", Math.max(0, Math.min(1, value)));
      return cell;
    }

    function line(row) {
      const { fields } = row;
      const button = make("button", { type: "button", "aria-expanded": "false" });
      button.append(make("bdi", { text: fields[TEXT] }));
      const drawnLine = make("tr", { class: "question" }, make("th", { scope: "row" }, button));
      button.addEventListener("click", () => toggle(row, drawnLine, button));
      if (arms.length) drawnLine.append(number(one(row)));
      if (arms.length > 1) {
        const by = gain(row);
        const kind = by > EVEN ? "won" : by < -EVEN ? "lost" : "";
        const sign = by > EVEN ? "+" : by < -EVEN ? "−" : "";
        const text = by === null ? "–" : `${sign}${Math.abs(by).toFixed(3)}`;
        drawnLine.append(number(other(row)), make("td", { class: kind, text }));
      }
      if (answered) {
        const found = fields[ANSWER];
        const text = found ? `${found[STATE]} (${found[CONFIDENCE].toFixed(2)})` : "–";
        drawnLine.append(make("td", { class: "answer", text }));
      }
      return drawnLine;
    }

    function toggle(row, at, button) {
      const open = button.getAttribute("aria-expanded") === "true";
      button.setAttribute("aria-expanded", String(!open));
      if (open) {
        at.nextElementSibling.remove();
        return;
      }
      const across = [...at.children].filter((cell) => cell.getClientRects().length).length;
      const cell = make("td", { colspan: String(across) });
      cell.append(...detail(row));
      at.after(make("tr", { class: "opened" }, cell));
    }

    function detail({ group, fields }) {
      const told = [fields[ID], group.pair, group.languages.filter(Boolean).join(" → ")];
      const facts = make("p", { class: "quiet", text: told.filter(Boolean).join(" · ") });
      const parts = [facts];
      if (fields[GOLD].length) {
        const golds = [...new Set(fields[GOLD].map((span) => span[3]))].join(" | ");
        parts.push(make("p", { text: "gold: " }, make("mark", { class: "gold", text: golds })));
      }
      const sides = make("div", { class: "sides" });
      const placed = new Set();
      for (const arm of new Set([chosen.one, chosen.other])) {
        const found = fields[ARMS][group.arms.indexOf(arm)];
        if (!found) continue;
        const rank = found[RANKS].length ? `first relevant at ${found[RANKS][0]}` : "none relevant found";
        const values = group.measures.map((name, at) => `${name} ${found[FIGURES][at].toFixed(3)}`);
        const side = make("div", { class: "side" }, make("h4", { text: `${arm}: ${rank}` }));
        side.append(make("p", { class: "quiet", text: values.join(", ") }));
        for (const place of found[TOP]) {
          placed.add(place);
          const is = fields[RELEVANT].includes(place) ? "relevant" : "not relevant";
          side.append(passage(`1. ${passages[place][0]} (${is})`, place, fields));
        }
        sides.append(side);
      }
      const answer = fields[ANSWER];
      if (answer) {
        const title = `answer: ${answer[STATE]}, confidence ${answer[CONFIDENCE].toFixed(2)}`;
        const side = make("div", { class: "side" }, make("h4", { text: title }));
        for (const [place, from, to] of answer[CITED]) {
          const quote = [...(passages[place][1] || "")].slice(from, to).join("");
          side.append(make("p", {}, make("mark", { class: "cited", text: quote })));
          if (!placed.has(place)) side.append(passage(passages[place][0], place, fields));
          placed.add(place);
        }
        if (answer[SCORED]) side.append(make("p", { text: `scored: ${answer[SCORED]}` }));
        sides.append(side);
      }
      const missed = fields[RELEVANT].filter((place) => !placed.has(place)).slice(0, 3);
      for (const place of missed) {
        const side = make("div", { class: "side" }, make("h4", { text: "relevant, not first" }));
        side.append(passage(passages[place][0], place, fields));
        sides.append(side);
      }
      parts.push(sides);
      return parts;
    }

    function passage(title, place, fields) {
      const [, text, named] = passages[place];
      const head = make("p", { class: "quiet", text: named ? `${title} · ${named}` : title });
      if (text === null) return head;
      const body = make("p", { class: "passage", dir: "auto" });
      body.append(...highlighted(text, place, fields));
      return make("div", {}, head, body);
    }

    // Spans count characters; strings here count UTF-16 units: so the text is cut as characters.
    function highlighted(text, place, fields) {
      const characters = [...text];
      const of = (spans, kind) =>
        spans.filter((span) => span[0] === place).map(([, from, to]) => ({ from, to, kind }));
      const cited = fields[ANSWER] ? fields[ANSWER][CITED] : [];
      const spans = [...of(fields[GOLD], "gold"), ...of(cited, "cited")];
      const ends = new Set([0, characters.length, ...spans.flatMap(({ from, to }) => [from, to])]);
      const cuts = [...ends].filter((cut) => cut <= characters.length).sort((a, b) => a - b);
      return cuts.slice(0, -1).map((from, at) => {
        const piece = characters.slice(from, cuts[at + 1]).join("");
        const kinds = spans.filter((span) => span.from <= from && from < span.to);
        if (!kinds.length) return document.createTextNode(piece);
        const names = [...new Set(kinds.map((span) => span.kind))].join(" ");
        return make("mark", { class: names, text: piece });
      });
    }

    function choice(name, label, options) {
      const select = make("select", { on: [["change", () => { chosen[name] = select.value; draw(); }]] });
      for (const [value, text] of options) select.append(make("option", { value, text }));
      select.value = chosen[name];
      return make("label", { text: label }, select);
    }

    function controls() {
      const typed = () => { chosen.search = search.value.trim(); draw(); };
      const search = make("input", { type: "search", placeholder: "question, answer, id", on: [["input", typed]] });
      const tools = [make("label", { text: "search" }, search)];
      const named = (values) => values.map((value) => [value, value]);
      const any = (values) => [["", "all"], ...named(values.filter(Boolean).sort())];
      if (groups.length > 1) {
        const several = new Set(groups.map((group) => group.of)).size > 1;
        const told = groups.map((group, at) => [String(at), several ? `${group.of}: ${group.pair}` : group.pair]);
        tools.push(choice("group", "pair", [["", "all"], ...told]));
      }
      if (measures.length > 1) tools.push(choice("measure", "measure", named(measures)));
      if (arms.length > 1) {
        tools.push(choice("one", "arm", named(arms)), choice("other", "against", named(arms)));
        const outcomes = [["", "all"], ["won", "better"], ["lost", "worse"], ["even", "even"]];
        tools.push(choice("outcome", "outcome", outcomes));
      }
      const held = (of) => [...new Set(rows.map(of))];
      if (answered) {
        const states = held(({ fields }) => fields[ANSWER] && fields[ANSWER][STATE]);
        tools.push(choice("answer", "answer", any(states)));
      }
      for (const [name, label, at] of [["asks", "asks for", 0], ["type", "answer type", 1]]) {
        const values = any(held(({ fields }) => fields[SLICES][at]));
        if (values.length > 2) tools.push(choice(name, label, values));
      }
      const bar = document.getElementById("tools");
      bar.append(...tools, make("span", { id: "count", role: "status" }));
      bar.hidden = false;
    }

    controls();
    draw();
    const end = make("div", { id: "more" });
    table.after(end);
    const watch = new IntersectionObserver((seen) => {
      if (!seen.some((entry) => entry.isIntersecting) || drawn >= shown.length) return;
      more();
      watch.unobserve(end); // observed anew, it tells again where the window is still not full
      watch.observe(end);
    }, { rootMargin: "600px" });
    watch.observe(end);
  }

  unpack().then(start);
})();
