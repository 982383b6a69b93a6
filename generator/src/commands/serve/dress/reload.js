// Keeps the page that an editor looks at like the file that they save. Only `konsultacje serve` adds it.
"use strict";
(() => {
  const own = document.currentScript.dataset;
  // The set that the page is of, and the newest one that was told of.
  let version = own.version;
  let newest = version;
  let comparing = false;
  let news = null;
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

  const address = (link) => new URL(link.getAttribute("href"), location.href).href;
  // What a stylesheet is, whatever stands in it.
  const name = (link) => address(link).replace(/\.[0-9a-f]{16}\./, ".");

  // The new style is there before the old one goes, so nothing flickers; one that does not come leaves the old one.
  function restyle(links) {
    const shown = new Map(parts.styles(document).map((link) => [name(link), link]));
    return Promise.all(links.map((link) => {
      const old = shown.get(name(link));
      if (!old || address(old) === address(link)) return null;
      const next = old.cloneNode();
      next.href = address(link);
      return new Promise((resolve, reject) => {
        next.addEventListener("load", () => { old.remove(); resolve(); });
        next.addEventListener("error", () => { next.remove(); reject(new Error(next.href)); });
        old.after(next);
      });
    }));
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
      await restyle(parts.styles(page));
    } else if (keep) {
      ask();
    } else {
      location.reload();
    }
  }

  // One comparison at a time; what is told meanwhile is looked at after it.
  async function follow(told) {
    newest = told;
    if (comparing) return;
    comparing = true;
    while (version !== newest) {
      const seen = newest;
      // A server that is gone again tells of the set that it has when it is back.
      await compare().then(() => { version = seen; }, () => { version = ""; });
      if (version === "" && newest === seen) break;
    }
    comparing = false;
  }

  // Only while the page is looked at: browsers open six connections to a server, and each page holds one.
  function listen() {
    if (news || document.hidden) return;
    news = new EventSource(own.events);
    news.addEventListener("message", (event) => follow(event.data));
    // Another server may count from the same number.
    news.addEventListener("error", () => { version = ""; });
  }

  function leave() {
    news?.close();
    news = null;
    version = "";
  }

  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : listen()));
  addEventListener("pagehide", leave);
  addEventListener("pageshow", listen);
  listen();
})();
