// The accessibility toolbar: eight functions, kept in a cookie, by keyboard too (design.md §10).
"use strict";
(function () {
  var root = document.documentElement;
  var FRESH = { voice: 0, rate: 1, zoom: 0, cursor: 0, caption: 0, open: 0 };
  var state = Object.assign({}, FRESH);
  var saved = document.cookie.match(/(?:^|; )a11y=([^;]*)/);
  if (saved) { try { Object.assign(state, JSON.parse(decodeURIComponent(saved[1]))); } catch (e) { /* start afresh */ } }
  var bar = null, opener = null, caption = null;
  var RATES = [0.7, 1, 1.4], RATE_WORDS = ["：慢", "：中", "：快"];

  function speaks() {
    return "speechSynthesis" in window && window.speechSynthesis.getVoices().some(function (v) { return /^zh/i.test(v.lang); });
  }
  function keep() {
    document.cookie = "a11y=" + encodeURIComponent(JSON.stringify(state)) + ";path=/;max-age=31536000;samesite=lax";
  }
  function apply() {
    [1, 2, 3].forEach(function (n) { root.classList.toggle("zoom-" + n, state.zoom === n); });
    [1, 2].forEach(function (n) { root.classList.toggle("cursor-" + n, state.cursor === n); });
    if (state.caption && !caption) {
      caption = document.createElement("div");
      caption.className = "captionbar"; caption.setAttribute("aria-hidden", "true");
      caption.textContent = "大字幕：移到哪里，这里就显示哪里的字";
      document.body.appendChild(caption);
    }
    if (!state.caption && caption) { caption.remove(); caption = null; }
    if (state.open && !bar) { bar = find() || build(); wire(bar); }
    if (bar) { show(); }
  }
  function show() {
    bar.hidden = !state.open;
    bar.querySelectorAll("button").forEach(function (b) {
      var name = b.dataset.tool;
      if (name === "voice" || name === "caption") { b.setAttribute("aria-pressed", String(!!state[name])); }
      if (name === "voice" || name === "rate") { b.hidden = !speaks(); }
      var said = b.querySelector("[data-said]");
      if (said) { said.textContent = RATE_WORDS[state.rate]; }
    });
  }
  function visible() {
    return Array.prototype.filter.call(bar.querySelectorAll("button"), function (b) { return !b.hidden; });
  }
  function read(event) {
    if (!state.voice && !state.caption) { return; }
    var text = (event.target.getAttribute("aria-label") || event.target.innerText || "").trim().slice(0, 120);
    if (!text || event.target === document.body) { return; }
    if (caption) { caption.textContent = text; }
    if (state.voice && speaks()) {
      window.speechSynthesis.cancel();
      var line = new SpeechSynthesisUtterance(text);
      line.lang = "zh-CN"; line.rate = RATES[state.rate];
      window.speechSynthesis.speak(line);
    }
  }
  var tools = {
    voice: function () { state.voice = state.voice ? 0 : 1; if (!state.voice) { hush(); } },
    rate: function () { state.rate = (state.rate + 1) % 3; },
    in: function () { state.zoom = Math.min(3, state.zoom + 1); },
    out: function () { state.zoom = Math.max(0, state.zoom - 1); },
    cursor: function () { state.cursor = (state.cursor + 1) % 3; },
    caption: function () { state.caption = state.caption ? 0 : 1; },
    reset: function () { state = Object.assign({}, FRESH, { open: 1 }); hush(); },
    close: function () { state = Object.assign({}, FRESH); hush(); }
  };
  var WORDS = { voice: "声音开关", rate: "语速", in: "放大", out: "缩小", cursor: "鼠标样式", caption: "大字幕", reset: "重置", close: "退出服务" };
  function hush() { if ("speechSynthesis" in window) { window.speechSynthesis.cancel(); } }
  function find() { return document.getElementById("a11y"); }
  function build() {
    var made = document.createElement("div"), wrap = document.createElement("div");
    made.className = "a11y"; made.id = "a11y"; wrap.className = "wrap";
    wrap.setAttribute("role", "toolbar"); wrap.setAttribute("aria-label", "无障碍工具");
    Object.keys(WORDS).forEach(function (name) {
      var button = document.createElement("button");
      button.type = "button"; button.textContent = WORDS[name]; button.dataset.tool = name;
      wrap.appendChild(button);
    });
    made.appendChild(wrap);
    document.body.insertBefore(made, document.body.children[1] || null);
    return made;
  }
  function wire(made) {
    made.addEventListener("click", function (event) {
      var button = event.target.closest("button");
      if (button && tools[button.dataset.tool]) {
        tools[button.dataset.tool](); keep(); apply();
        if (button.dataset.tool === "close" && opener) { opener.focus(); }
      }
    });
    made.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (event.key === "Escape") { state.open = 0; keep(); apply(); if (opener) { opener.focus(); } return; }
      if (!step) { return; }
      var all = visible();
      event.preventDefault();
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    });
  }
  function toggle(event) {
    event.preventDefault();
    opener = event.currentTarget === document ? document.querySelector("[data-a11y]") : event.currentTarget;
    state.open = state.open ? 0 : 1; keep(); apply();
    if (state.open && bar) { visible()[0].focus(); }
  }
  document.addEventListener("focusin", read);
  document.addEventListener("mouseover", function (event) {
    if (/^(A|BUTTON|P|H1|H2|H3|LI|TD|TH|LABEL|DD|DT|SPAN)$/.test(event.target.tagName)) { read(event); }
  });
  document.querySelectorAll("[data-a11y]").forEach(function (link) { link.addEventListener("click", toggle); });
  document.addEventListener("keydown", function (event) {
    if (event.altKey && event.shiftKey && event.key.toLowerCase() === "a") { toggle(event); }
  });
  if ("speechSynthesis" in window) { window.speechSynthesis.addEventListener("voiceschanged", function () { if (bar) { show(); } }); }
  apply();
})();
