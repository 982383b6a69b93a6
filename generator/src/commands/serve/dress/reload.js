// Keeps the page that an editor looks at like the file that they save. Only `konsultacje serve` adds it.
"use strict";
(() => {
  const own = document.currentScript.dataset;
  let version = own.version;
  // A page that was posted cannot be asked for again, and what somebody has typed is theirs.
  let keep = own.page === "";
  addEventListener("input", () => { keep = true; });

  const parts = {
    mistakes: (page) => page.getElementById("_serve-mistakes"),
    styles: (page) => [...page.querySelectorAll("head > link[rel=stylesheet]")],
    script: (page) => page.querySelector("script[data-events]"),
  };

  function show(mistakes) {
    const shown = parts.mistakes(document);
    if (shown && mistakes && shown.textContent === mistakes.textContent) return;
    shown?.remove();
    if (mistakes) document.body.prepend(document.adoptNode(mistakes));
  }

  // The new style is there before the old one goes, so nothing flickers.
  function restyle(links) {
    const shown = parts.styles(document);
    links.forEach((link, index) => {
      const old = shown[index];
      if (!old || old.href === new URL(link.getAttribute("href"), location.href).href) return;
      const next = old.cloneNode();
      next.href = link.getAttribute("href");
      next.addEventListener("load", () => old.remove());
      old.after(next);
    });
  }

  function ask() {
    if (document.getElementById("_serve-changed")) return;
    const note = document.createElement("p");
    note.id = "_serve-changed";
    note.setAttribute("role", "status");
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = own.again;
    button.addEventListener("click", () => location.reload());
    note.append(own.changed, " ", button);
    document.body.append(note);
  }

  async function compare() {
    const answer = await fetch(location.href, { cache: "no-store" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    show(parts.mistakes(page));
    if (own.page !== "" && parts.script(page)?.dataset.page === own.page) {
      restyle(parts.styles(page));
    } else if (keep) {
      ask();
    } else {
      location.reload();
    }
  }

  new EventSource(own.events).addEventListener("message", (event) => {
    if (event.data === version) return;
    version = event.data;
    // The server may be gone again by now; then it tells of the set that it has when it is back.
    compare().catch(() => { version = ""; });
  });
})();
