// What the pages do beyond links and forms. No build step, no dependency but htmx; every page works without it.
(function () {
  "use strict";
  const $ = (selector, root) => (root || document).querySelector(selector);
  const all = (selector, root) => Array.from((root || document).querySelectorAll(selector));
  const said = $("#said");
  let quiet;
  function say(text) {
    if (!said) return;
    said.textContent = text;
    clearTimeout(quiet);
    quiet = setTimeout(() => { said.textContent = ""; }, 6000);
  }

  // Theme
  function showTheme() {
    const choice = document.documentElement.dataset.themeChoice || "auto";
    all("[data-theme-choice]", document.body).forEach((button) =>
      button.setAttribute("aria-pressed", String(button.dataset.themeChoice === choice)));
  }
  all("button[data-theme-choice]").forEach((button) => button.addEventListener("click", () => {
    window.egideTheme(button.dataset.themeChoice);
    showTheme();
  }));
  showTheme();

  // « Pourquoi ? »: the link opens its fragment in the side panel; with a modifier key it stays a link.
  const panel = $("#panel");
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-panel]");
    if (!link || !panel || !window.htmx || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    $(".panel-failed", panel).hidden = true;
    const body = $("#panel-body", panel);
    window.htmx.ajax("GET", link.getAttribute("href"), { target: body, swap: "innerHTML" }).then(() => {
      if (!panel.open) panel.showModal();
      body.focus();
    });
  });
  all("dialog").forEach((dialog) => dialog.addEventListener("click", (event) => {
    if (event.target === dialog) dialog.close();
  }));
  document.addEventListener("htmx:responseError", (event) => failed(event));
  document.addEventListener("htmx:sendError", (event) => failed(event));
  function failed(event) {
    if (panel && event.detail.target && event.detail.target.id === "panel-body") {
      event.detail.target.textContent = "";
      $(".panel-failed", panel).hidden = false;
      if (!panel.open) panel.showModal();
    } else if (said) say(said.dataset.failed);
  }

  // The search box: results as one types, arrows to walk them, Escape to leave.
  const finder = $("[data-finder]");
  const box = $("#finder");
  if (finder && box) {
    const links = () => all("a[href]", $("#quick-results"));
    box.addEventListener("focus", () => finder.classList.add("open"));
    document.addEventListener("click", (event) => { if (!finder.contains(event.target)) finder.classList.remove("open"); });
    finder.addEventListener("focusout", (event) => {
      if (event.relatedTarget && !finder.contains(event.relatedTarget)) finder.classList.remove("open");
    });
    finder.addEventListener("keydown", (event) => {
      const list = links();
      const at = list.indexOf(document.activeElement);
      if (event.key === "ArrowDown" && list.length) { list[Math.min(at + 1, list.length - 1)].focus(); event.preventDefault(); }
      if (event.key === "ArrowUp" && at >= 0) { (at ? list[at - 1] : box).focus(); event.preventDefault(); }
      if (event.key === "Escape") { finder.classList.remove("open"); box.blur(); event.stopPropagation(); }
    });
    box.addEventListener("input", () => { finder.classList.add("open"); if (!box.value.trim()) $("#quick-results").textContent = ""; });
  }

  // Keys: one letter, or « g » then a letter. Any element says its own with data-key; they can be switched off (WCAG 2.1.4).
  const KEYS = "egide-keys";
  const keysOn = () => { try { return localStorage.getItem(KEYS) !== "off"; } catch (e) { return true; } };
  const keysBox = $("[data-shortcuts]");
  if (keysBox) {
    keysBox.checked = keysOn();
    keysBox.addEventListener("change", () => { try { localStorage.setItem(KEYS, keysBox.checked ? "on" : "off"); } catch (e) { /* private browsing */ } });
  }
  const help = $("#help");
  function showHelp() {
    const list = $("#help-keys");
    all("[data-found]", list).forEach((row) => row.remove());
    const seen = new Set();
    all("[data-key]").forEach((element) => {
      const key = element.dataset.key;
      if (seen.has(key)) return;
      seen.add(key);
      const row = document.createElement("div");
      row.dataset.found = "";
      const dt = document.createElement("dt");
      key.split(" ").forEach((part, rank) => {
        const kbd = document.createElement("kbd");
        kbd.textContent = part;
        if (rank) dt.append(" ");
        dt.append(kbd);
      });
      const dd = document.createElement("dd");
      const copy = element.cloneNode(true);
      all("kbd, b, .visually-hidden", copy).forEach((extra) => extra.remove());
      dd.textContent = copy.textContent.trim() || element.getAttribute("aria-label");
      row.append(dt, dd);
      list.append(row);
    });
    help.showModal();
  }
  all("[data-help]").forEach((button) => button.addEventListener("click", showHelp));
  function step(direction) {
    const rows = all("main .row-link");
    const at = rows.indexOf(document.activeElement);
    const next = rows[Math.max(0, Math.min(rows.length - 1, at + direction))];
    if (next) next.focus();
  }
  let before = "";
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || !keysOn()) return;
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]")) return;
    if ($("dialog[open]")) return;
    const key = before ? before + " " + event.key : event.key;
    before = "";
    if (key === "/" && box) { event.preventDefault(); box.focus(); box.select(); return; }
    if (key === "?" && help) { event.preventDefault(); showHelp(); return; }
    if (key === "j") return step(1);
    if (key === "k") return step(-1);
    const target = all("[data-key]").find((element) => element.dataset.key === key && !element.disabled);
    if (target) { event.preventDefault(); target.click(); return; }
    if (key === "g") { before = "g"; setTimeout(() => { before = ""; }, 1200); }
  });

  // Forms: sent once; nothing typed is lost by leaving; a refused form starts at its summary.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-once]") || event.defaultPrevented) return;
    if (form.dataset.sent) { event.preventDefault(); return; }
    form.dataset.sent = "1";
    const pressed = event.submitter;
    if (pressed) setTimeout(() => pressed.setAttribute("aria-busy", "true"), 0);
  });
  window.addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => {
    delete form.dataset.sent;
    all("[aria-busy]", form).forEach((button) => button.removeAttribute("aria-busy"));
  }));
  all("form[data-guard]").forEach((form) => form.addEventListener("input", () => { form.dataset.changed = "1"; }));
  window.addEventListener("beforeunload", (event) => {
    if (all("form[data-guard][data-changed]").some((form) => !form.dataset.sent)) {
      event.preventDefault();
      event.returnValue = said ? said.dataset.leave : "";
    }
  });
  function startAtSummary(root) {
    const summary = $("[data-summary]", root);
    if (summary) summary.focus();
  }
  startAtSummary(document);
  document.addEventListener("htmx:afterSwap", (event) => startAtSummary(event.detail.target));
  document.addEventListener("click", (event) => {
    const link = event.target.closest(".summary a[href^='#'], .notice a[href^='#']");
    const input = link && document.getElementById(link.getAttribute("href").slice(1));
    if (!input) return;
    event.preventDefault();
    const group = input.closest(".field") || input;
    group.scrollIntoView({ block: "center" });
    (input.matches("fieldset") ? $("input", input) || input : input).focus();
  });

  // What is mended is no longer red: its error goes as it is typed, and the summary counts what is left.
  function mended(event) {
    const group = event.target.closest(".field-wrong");
    if (!group) return;
    group.classList.remove("field-wrong");
    all("[aria-invalid]", group).forEach((input) => input.removeAttribute("aria-invalid"));
    const wrong = $(".wrong", group);
    if (!wrong) return;
    const name = wrong.id.replace(/-error$/, "");
    wrong.remove();
    all("[data-summary]").forEach((summary) => {
      all(`li a[href="#${CSS.escape(name)}"]`, summary).forEach((link) => link.closest("li").remove());
      const left = all("li", summary).length;
      const title = $("h2", summary);
      if (!left) summary.remove();
      else if (title) title.textContent = `${left} ${left === 1 ? title.dataset.one : title.dataset.many}`;
    });
  }
  document.addEventListener("input", mended);
  document.addEventListener("change", mended);

  // The scanned paper: pages, zoom, and the page follows the field being filled.
  all("[data-viewer]").forEach((viewer) => {
    const sheets = all("[data-sheet]", viewer);
    const stage = $("[data-stage]", viewer);
    const place = $("[data-place]", viewer);
    const sizes = ["fit", "wide", "wider", "widest"];
    let at = 0;
    function show(rank) {
      at = Math.max(0, Math.min(sheets.length - 1, rank));
      sheets.forEach((sheet, i) => { sheet.hidden = i !== at; });
      if (place) place.textContent = (at + 1) + " / " + sheets.length;
      stage.scrollTop = 0;
    }
    function zoom(by) {
      const now = sizes.indexOf(stage.dataset.zoom || "fit");
      stage.dataset.zoom = sizes[Math.max(0, Math.min(sizes.length - 1, now + by))];
    }
    const moves = { next: () => show(at + 1), previous: () => show(at - 1), in: () => zoom(1), out: () => zoom(-1) };
    all("[data-move]", viewer).forEach((button) => button.addEventListener("click", () => moves[button.dataset.move]()));
    document.addEventListener("focusin", (event) => {
      const field = event.target.closest("[data-page]");
      const rank = field ? sheets.findIndex((sheet) => sheet.dataset.sheet === field.dataset.page) : -1;
      if (rank >= 0 && rank !== at) show(rank);
    });
    if (sheets.length) show(0);
  });

  // A table larger than its box scrolls in it: the box then takes the keyboard and the table's name.
  function nameScrollers() {
    all(".table-box").forEach((one) => {
      const wide = one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1;
      const caption = $("caption", one);
      one.toggleAttribute("tabindex", wide);
      if (!wide) return;
      one.tabIndex = 0;
      one.setAttribute("role", "group");
      if (caption) one.setAttribute("aria-label", caption.textContent.trim());
    });
  }
  nameScrollers();
  window.addEventListener("resize", nameScrollers);
  document.addEventListener("htmx:afterSettle", nameScrollers);
  document.addEventListener("toggle", nameScrollers, true);

  // Small conveniences
  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy && navigator.clipboard) {
      navigator.clipboard.writeText($(copy.dataset.copy).textContent.trim()).then(() => say(said.dataset.copied));
    }
  });
  document.addEventListener("change", (event) => {
    const master = event.target.closest("[data-all]");
    if (master) all("input[type=checkbox]", $(master.dataset.all)).forEach((one) => { one.checked = master.checked; });
  });
})();
