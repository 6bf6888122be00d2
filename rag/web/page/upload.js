// Articles that are added from the page, where that is allowed, and how far the index is with them.

import { label } from "./labels.js";
import { get } from "./server.js";

export function startUpload(allowed, whenDone) {
  const form = document.querySelector("#upload");
  form.hidden = !allowed;
  form.querySelector("input").addEventListener("change", async (event) => {
    const refused = [];
    for (const file of event.target.files) {
      const path = `page/upload?name=${encodeURIComponent(file.name)}`;
      const answered = await fetch(path, { method: "POST", body: file }).catch(() => null);
      if (!answered?.ok) refused.push((await answered?.json().catch(() => null))?.detail ?? label("not_noted"));
    }
    event.target.value = "";
    await follow(form, refused);
    whenDone();
  });
}

async function follow(form, refused) {
  const bar = form.querySelector("progress");
  const said = form.querySelector("p");
  bar.hidden = false;
  for (;;) {
    const { state, done, total, said: why } = await get("page/progress.json");
    if (total) [bar.max, bar.value] = [total, done];
    else bar.removeAttribute("value");
    said.textContent = label("adding");
    if (state !== "working") {
      const problems = [...refused, why].filter(Boolean);
      if (state === "failed" && !why) problems.push(label("not_added"));
      said.textContent = problems.length ? problems.join(" ") : label("added");
      bar.hidden = true;
      return;
    }
    await new Promise((next) => setTimeout(next, 300));
  }
}
