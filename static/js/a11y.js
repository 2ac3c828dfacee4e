// The accessibility toolbar: eight functions, kept in a cookie, by keyboard too (design.md §10).
"use strict";
(function () {
  var root = document.documentElement;
  var state = { voice: 0, rate: 1, zoom: 0, cursor: 0, caption: 0, open: 0 };
  var saved = document.cookie.match(/(?:^|; )a11y=([^;]*)/);
  if (saved) { try { Object.assign(state, JSON.parse(decodeURIComponent(saved[1]))); } catch (e) { /* start afresh */ } }
  var bar = null, caption = null;
  var speaks = "speechSynthesis" in window;
  function keep() { document.cookie = "a11y=" + encodeURIComponent(JSON.stringify(state)) + ";path=/;max-age=31536000;samesite=lax"; }
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
    if (state.open && !bar) { build(); }
    if (!state.open && bar) { bar.remove(); bar = null; }
    if (bar) { bar.querySelectorAll("button").forEach(function (b) {
      if (b.dataset.key === "voice") { b.setAttribute("aria-pressed", String(!!state.voice)); }
      if (b.dataset.key === "caption") { b.setAttribute("aria-pressed", String(!!state.caption)); }
    }); }
    keep();
  }
  function read(event) {
    var text = (event.target.getAttribute("aria-label") || event.target.innerText || "").trim().slice(0, 120);
    if (!text || event.target === document.body) { return; }
    if (caption) { caption.textContent = text; }
    if (state.voice && speaks) {
      window.speechSynthesis.cancel();
      var line = new SpeechSynthesisUtterance(text);
      line.lang = "zh-CN"; line.rate = [0.7, 1, 1.4][state.rate];
      window.speechSynthesis.speak(line);
    }
  }
  document.addEventListener("focusin", read);
  document.addEventListener("mouseover", function (event) {
    if ((state.voice || state.caption) && /^(A|BUTTON|P|H1|H2|H3|LI|TD|TH|LABEL|DD|DT)$/.test(event.target.tagName)) { read(event); }
  });
  var tools = [
    ["voice", "声音开关", function () { state.voice = state.voice ? 0 : 1; }],
    ["rate", "语速", function () { state.rate = (state.rate + 1) % 3; }],
    ["in", "放大", function () { state.zoom = Math.min(3, state.zoom + 1); }],
    ["out", "缩小", function () { state.zoom = Math.max(0, state.zoom - 1); }],
    ["cursor", "鼠标样式", function () { state.cursor = (state.cursor + 1) % 3; }],
    ["caption", "大字幕", function () { state.caption = state.caption ? 0 : 1; }],
    ["reset", "重置", function () { state = { voice: 0, rate: 1, zoom: 0, cursor: 0, caption: 0, open: 1 }; }],
    ["close", "退出服务", function () { state = { voice: 0, rate: 1, zoom: 0, cursor: 0, caption: 0, open: 0 }; if (speaks) { window.speechSynthesis.cancel(); } }]
  ];
  function build() {
    bar = document.createElement("div"); bar.className = "a11y";
    var wrap = document.createElement("div"); wrap.className = "wrap";
    wrap.setAttribute("role", "toolbar"); wrap.setAttribute("aria-label", "无障碍工具");
    tools.forEach(function (tool) {
      if (!speaks && (tool[0] === "voice" || tool[0] === "rate")) { return; }
      var button = document.createElement("button");
      button.type = "button"; button.textContent = tool[1]; button.dataset.key = tool[0];
      button.addEventListener("click", function () { tool[2](); apply(); });
      wrap.appendChild(button);
    });
    wrap.addEventListener("keydown", function (event) {
      var step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (event.key === "Escape") { state.open = 0; apply(); return; }
      if (!step) { return; }
      var all = Array.prototype.slice.call(wrap.children);
      all[(all.indexOf(document.activeElement) + step + all.length) % all.length].focus();
    });
    bar.appendChild(wrap);
    document.body.insertBefore(bar, document.body.children[1] || null);
  }
  function toggle(event) { event.preventDefault(); state.open = state.open ? 0 : 1; apply(); if (bar) { bar.querySelector("button").focus(); } }
  document.querySelectorAll("[data-a11y]").forEach(function (link) { link.addEventListener("click", toggle); });
  document.addEventListener("keydown", function (event) { if (event.altKey && event.shiftKey && event.key.toLowerCase() === "a") { toggle(event); } });
  apply();
})();
