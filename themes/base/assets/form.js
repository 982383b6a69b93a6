// What a script adds to a form: it counts, shows what applies, warns before leaving and brings back what a crash took.
// Everything works without it; its words stand in data attributes of the form.
"use strict";
(() => {
  const day = 24 * 60 * 60 * 1000;
  const prefix = "answers:";
  // A page of the site and one of the function write the same address in different ways.
  const key = (action) => prefix + new URL(action, location.href).pathname;
  const store = (work) => { try { return work(localStorage); } catch { return null; } };
  const read = (name) => store((kept) => JSON.parse(kept.getItem(name)));
  // What is older than a day, of whichever form, and what was sent.
  for (const name of store((kept) => Object.keys(kept)) || []) {
    if (!name.startsWith(prefix)) continue;
    const found = read(name);
    if (!found || !(Date.now() - found.at < day)) store((kept) => kept.removeItem(name));
  }
  for (const sent of document.querySelectorAll("[data-sent]")) {
    store((kept) => kept.removeItem(key(sent.dataset.sent)));
  }

  const form = document.querySelector("form[data-form]");
  if (!form) return;
  const words = form.dataset;
  const mine = key(form.getAttribute("action"));
  const own = (field) => field.name && !field.name.startsWith("_");
  const fields = () => [...form.elements].filter((field) => own(field) && field.type !== "hidden");
  const given = (field) => /radio|checkbox/.test(field.type) ? field.checked : field.value;

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
    .filter(given).map((field) => field.value.trim()).filter(Boolean);
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

  // What was answered, on this device, for a day: here, and on other pages of the form, whose answers travel hidden.
  const answers = () => [...form.elements].filter(own).filter(given).map((field) => [field.name, field.value]);
  const element = (name, properties) => Object.assign(document.createElement(name), properties);
  const button = (label, act) => {
    const made = element("button", { type: "button", className: "quiet", textContent: label });
    made.addEventListener("click", act);
    return made;
  };
  let changed = false;
  let timer;
  // What was found and is neither restored nor removed yet: it stays beside what is typed now.
  let offered = [];
  let note;
  const forget = () => store((kept) => kept.removeItem(mine));
  const keep = () => {
    if (note && !note.isConnected) return;
    const now = answers();
    const rest = offered.filter(([name]) => !now.some(([other]) => other === name));
    const value = JSON.stringify({ at: Date.now(), typed: [...now, ...rest] });
    if (store((kept) => { kept.setItem(mine, value); return true; })) tell();
  };
  // Who shares the device has to know, and a way to leave nothing there: then nothing more is kept by this page.
  const tell = () => {
    if (note) return;
    note = element("div", { className: "screen-only" });
    const drop = () => { forget(); note.remove(); form.querySelector(".buttons button").focus(); };
    note.append(element("p", { className: "hint", textContent: words.kept }), button(words.drop, drop));
    form.append(note);
  };
  const restore = (pairs) => {
    const here = fields();
    for (const field of here) {
      const values = pairs.filter(([name]) => name === field.name).map(([, value]) => value);
      if (/radio|checkbox/.test(field.type)) field.checked = values.includes(field.value);
      else if (values.length) field.value = values[0];
    }
    const elsewhere = pairs.filter(([name]) => !here.some((field) => field.name === name));
    for (const [name, value] of elsewhere) form.append(element("input", { type: "hidden", name, value }));
    changed = true;
    keep();
    refresh();
    // More remarks than there are fields for: the server draws them.
    const questions = elsewhere.map(([name]) => name.split(".")[0]);
    const question = questions.find((name) => form.querySelector(`[data-question="${CSS.escape(name)}"]`));
    if (!question) return;
    const press = element("button", { name: "_step", value: "edit:" + question, hidden: true });
    form.append(press);
    press.click();
  };
  const offer = (pairs) => {
    offered = pairs;
    const box = element("section", { className: "inset screen-only" });
    const settle = (act) => () => {
      offered = [];
      box.remove();
      fields().find((field) => field.checkVisibility()).focus();
      act();
    };
    const buttons = element("div", { className: "buttons" });
    buttons.append(button(words.restore, settle(() => restore(pairs))), button(words.forget, settle(forget)));
    box.append(element("p", { textContent: words.found }), buttons);
    form.before(box);
  };

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
  // By now the browser has put back what it keeps of a page by itself; one that was not left at all is as it was.
  window.addEventListener("pageshow", (event) => {
    refresh();
    const found = !event.persisted && read(mine);
    if (!found) return;
    // A page that answers a post shows what was posted last, and what is kept follows it.
    if (form.elements._token) return keep();
    const now = answers();
    const is = ([name, value]) => now.some(([other, typed]) => other === name && typed === value);
    if (!found.typed.every(is)) offer(found.typed);
  });
  refresh();
})();
