// Sets the theme before the first paint: the person's choice, else the system's. Loaded in <head>, without defer.
(function () {
  "use strict";
  var root = document.documentElement;
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function read() {
    try { return localStorage.getItem("egide-theme") || "auto"; } catch (e) { return "auto"; }
  }
  function apply(choice) {
    root.dataset.bsTheme = choice === "auto" ? (dark.matches ? "dark" : "light") : choice;
    root.dataset.themeChoice = choice;
  }
  apply(read());
  dark.addEventListener("change", function () { apply(read()); });
  window.egideTheme = function (choice) {
    try { localStorage.setItem("egide-theme", choice); } catch (e) { /* private browsing: the choice lasts one page */ }
    apply(choice);
  };
})();
