// What a script adds to a form: it counts, shows what applies, warns before leaving and brings back what a crash took.
// Everything works without it; its words stand in data attributes of the form.
"use strict";
(() => {
  const day = 24 * 60 * 60 * 1000;
  // A page of the site and one of the function write the same address in different ways.
  const key = (action) => "answers:" + new URL(action, location.href).pathname;
  const store = (work) => { try { return work(localStorage); } catch { return null; } };
  for (const sent of document.querySelectorAll("[data-sent]")) {
    store((kept) => kept.removeItem(key(sent.dataset.sent)));
  }

  const form = document.querySelector("form[data-form]");
  if (!form) return;
  const words = form.dataset;
  const own = (field) => field.name && !field.name.startsWith("_") && field.type !== "hidden";
  const fields = () => [...form.elements].filter(own);

  // Characters as the server counts them: Unicode scalar values, a line end as one.
  const count = (field) => {
    const left = field.dataset.max - [...field.value].length;
    const text = (left < 0 ? words.over : words.left).replace("{n}", Math.abs(left));
    let counter = field.nextElementSibling;
    if (!counter || !counter.matches(".counter")) {
      counter = document.createElement("p");
      counter.className = "counter hint screen-only";
      field.after(counter);
    }
    counter.textContent = text;
    clearTimeout(field.said);
    // Said once the hands rest, not at every key.
    field.said = setTimeout(() => { said.textContent = text; }, 1000);
  };
  const said = document.createElement("p");
  said.className = "hidden";
  said.setAttribute("role", "status");
  form.append(said);

  // Conditions, in the order of the questions: what is asked about stands before.
  const chosen = (name) => fields()
    .filter((field) => field.name === name || field.name.startsWith(name + "."))
    .filter((field) => !/radio|checkbox/.test(field.type) || field.checked)
    .map((field) => field.value.trim()).filter(Boolean);
  const apply = () => {
    for (const box of form.querySelectorAll("[data-when]")) {
      const faulty = box.querySelector(".faulty");
      box.hidden = !faulty && !box.dataset.when.split(" ").every((condition) => {
        const [name, wanted] = condition.split("=");
        const asked = form.querySelector(`[data-question="${name}"]`);
        // What stands on another page the server judges.
        if (!asked) return true;
        const answers = asked.hidden ? [] : chosen(name);
        if (wanted === "*") return answers.length > 0;
        if (wanted === "") return !asked.hidden && answers.length === 0;
        return answers.some((answer) => wanted.split("|").includes(answer));
      });
    }
  };

  // What was typed, on this device, for a day.
  const typed = () => fields()
    .filter((field) => /radio|checkbox/.test(field.type) ? field.checked : field.value)
    .map((field) => [field.name, field.value]);
  const forget = () => store((kept) => kept.removeItem(key(form.getAttribute("action"))));
  let changed = false;
  let timer;
  const keep = () => {
    const value = JSON.stringify({ at: Date.now(), typed: typed() });
    store((kept) => kept.setItem(key(form.getAttribute("action")), value));
  };
  const restore = (pairs) => {
    for (const field of fields()) {
      const values = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
      if (/radio|checkbox/.test(field.type)) field.checked = values.includes(field.value);
      else if (values.length) field.value = values[0];
    }
    changed = true;
    refresh();
  };
  const offer = (pairs) => {
    const box = document.createElement("section");
    box.className = "inset screen-only";
    const text = document.createElement("p");
    text.textContent = words.found;
    const button = (label, act) => {
      const made = document.createElement("button");
      made.type = "button";
      made.className = "quiet";
      made.textContent = label;
      made.addEventListener("click", () => { act(); box.remove(); form.querySelector("input, textarea, select").focus(); });
      return made;
    };
    const buttons = document.createElement("div");
    buttons.className = "buttons";
    buttons.append(button(words.restore, () => restore(pairs)), button(words.forget, forget));
    box.append(text, buttons);
    form.before(box);
  };
  const found = store((kept) => JSON.parse(kept.getItem(key(form.getAttribute("action")))));
  if (found && Date.now() - found.at > day) forget();
  else if (found && found.typed.length && !typed().length) offer(found.typed);

  const refresh = () => {
    apply();
    for (const field of form.querySelectorAll("[data-max]")) if (field.value) count(field);
  };
  form.addEventListener("input", (event) => {
    changed = true;
    if (event.target.dataset.max) count(event.target);
    apply();
    clearTimeout(timer);
    timer = setTimeout(keep, 500);
  });
  form.addEventListener("change", apply);
  form.addEventListener("submit", () => { changed = false; clearTimeout(timer); keep(); });
  window.addEventListener("beforeunload", (event) => { if (changed) event.preventDefault(); });
  window.addEventListener("pageshow", refresh);
  refresh();
})();
