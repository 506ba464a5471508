"use strict";
(function () {
  var root = document.documentElement, all = function (s) { return Array.prototype.slice.call(document.querySelectorAll(s)); };
  all(".js").forEach(function (it) { it.hidden = false; });
  // Storage is refused within a sandboxed frame.
  var remember = function (value) { try { if (value === undefined) { return localStorage.getItem("deepfix-theme"); } localStorage.setItem("deepfix-theme", value); } catch (e) { return null; } return null; };
  var theme = remember();
  if (theme === "dark" || theme === "light") { root.dataset.theme = theme; }
  document.getElementById("theme").addEventListener("click", function () {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remember(root.dataset.theme);
  });
  document.getElementById("print").addEventListener("click", function () { print(); });
  var opened = [];
  addEventListener("beforeprint", function () { opened = all("details:not([open])"); opened.forEach(function (it) { it.open = true; }); });
  addEventListener("afterprint", function () { opened.forEach(function (it) { it.open = false; }); });
  var field = document.getElementById("q"), matches = document.getElementById("matches"), none = document.getElementById("none");
  var buttons = all(".chips button"), cards = all("article.card"), severity = "";
  // Numbers that a chart is drawn from are no text.
  var texts = cards.map(function (it) {
    return Array.prototype.reduce.call(it.querySelectorAll("script"), function (text, script) { return text.replace(script.textContent, ""); }, it.textContent).toLowerCase();
  });
  var filter = function () {
    var words = field.value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    cards.forEach(function (card, index) {
      var fits = (!severity || card.dataset.severity === severity) && words.every(function (word) { return texts[index].indexOf(word) >= 0; });
      card.hidden = !fits;
      shown += fits ? 1 : 0;
    });
    all(".group").forEach(function (group) { group.hidden = (words.length > 0 || severity !== "") && !group.querySelector("article.card:not([hidden])"); });
    none.hidden = shown > 0 || cards.length === 0;
    matches.textContent = words.length || severity ? shown + " / " + cards.length : "";
  };
  field.addEventListener("input", filter);
  field.form.addEventListener("submit", function (event) { event.preventDefault(); });
  buttons.forEach(function (button) {
    button.addEventListener("click", function () {
      severity = button.dataset.severity;
      buttons.forEach(function (it) { it.setAttribute("aria-pressed", it === button ? "true" : "false"); });
      filter();
    });
  });
  // What a link leads to must not be hidden by the filter.
  addEventListener("hashchange", function () {
    var target = document.getElementById(location.hash.slice(1));
    if (target && target.hidden) { field.value = ""; buttons[0].click(); target.scrollIntoView(); }
  });
  addEventListener("keydown", function (event) {
    var typing = /^(INPUT|TEXTAREA|SELECT)$/.test(event.target.tagName);
    if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); field.focus(); }
    if (event.key === "Escape" && event.target === field) { field.value = ""; filter(); field.blur(); }
  });
}());
