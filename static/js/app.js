// Small helps on top of pages that work without them.
"use strict";
(function () {
  // What is written back for good is asked once more.
  document.addEventListener("submit", function (event) {
    var question = event.target.getAttribute("data-confirm");
    if (question && !window.confirm(question)) { event.preventDefault(); return; }
    if (event.target.method === "post") {
      // A second press while the first is under way does nothing.
      if (event.target.dataset.sent) { event.preventDefault(); return; }
      event.target.dataset.sent = "1";
      window.setTimeout(function () { delete event.target.dataset.sent; }, 8000);
    }
  });
  window.addEventListener("pageshow", function () {
    document.querySelectorAll("form[data-sent]").forEach(function (form) { delete form.dataset.sent; });
  });
  // The error summary takes the focus.
  var summary = document.querySelector("[data-focus]");
  if (summary) { summary.focus(); }
  // "/" goes to search, Ctrl+Enter submits, unless someone is typing.
  document.addEventListener("keydown", function (event) {
    var field = /^(INPUT|TEXTAREA|SELECT)$/.test(document.activeElement.tagName);
    if (event.key === "/" && !field) {
      var search = document.querySelector("[role=search] input");
      if (search) { event.preventDefault(); search.focus(); }
    }
    if (event.key === "Enter" && event.ctrlKey && document.activeElement.form) {
      document.activeElement.form.requestSubmit();
    }
  });
  // Filters and sorting apply at once; without script their button does it.
  document.querySelectorAll("form[data-auto]").forEach(function (form) {
    form.addEventListener("change", function () { form.submit(); });
  });
  // On a desk the library's filters apply as they are ticked; on a phone all at once, with 看结果.
  document.documentElement.classList.add("js");
  document.addEventListener("change", function (event) {
    var form = event.target.form;
    if (form && form.hasAttribute("data-live") && window.matchMedia("(min-width:960px)").matches) { form.requestSubmit(); }
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape" && window.location.hash === "#facets") { window.location.hash = "#shelf"; }
  });
  // The tab that one is on stands in sight on a narrow screen.
  document.querySelectorAll(".tabs [aria-current]").forEach(function (tab) {
    tab.parentNode.scrollLeft = tab.offsetLeft - tab.parentNode.offsetLeft - 16;
  });
  // A page that waits for a job looks again.
  var again = document.querySelector("[data-refresh]");
  if (again) { window.setTimeout(function () { window.location.reload(); }, 1000 * Number(again.dataset.refresh)); }
  // How many characters of a short sentence are used.
  document.querySelectorAll("[data-count]").forEach(function (note) {
    var field = document.getElementById(note.dataset.count);
    function tell() { note.textContent = Array.from(field.value.trim()).length + " / " + note.dataset.most + " 个字"; }
    field.addEventListener("input", tell);
    tell();
  });
  // Drafts: saved on blur and every 15 seconds, on the server.
  document.querySelectorAll("form[data-autosave]").forEach(function (form) {
    var last = new URLSearchParams(new FormData(form)).toString();
    var note = form.querySelector("[data-saved]");
    function save() {
      var body = new URLSearchParams(new FormData(form)).toString();
      if (body === last) { return; }
      last = body;
      fetch(form.dataset.autosave, { method: "POST", body: new URLSearchParams(body), credentials: "same-origin" })
        .then(function (answer) { return answer.ok ? answer.text() : Promise.reject(); })
        .then(function (text) { if (note) { note.textContent = text; } })
        .catch(function () { last = ""; if (note) { note.textContent = "草稿还没存上，你写的还在这一页。"; } });
    }
    form.addEventListener("focusout", save);
    window.setInterval(save, 15000);
  });
})();
