"use strict";
(function () {
  var root = document.documentElement, by = function (id) { return document.getElementById(id); };
  Array.prototype.forEach.call(document.querySelectorAll(".js"), function (it) { it.hidden = false; });
  var remember = function (value) { try { if (value === undefined) { return localStorage.getItem("deepfix-theme"); } localStorage.setItem("deepfix-theme", value); } catch (e) { return null; } return null; };
  var theme = remember();
  if (theme === "dark" || theme === "light") { root.dataset.theme = theme; }
  by("theme").addEventListener("click", function () {
    var dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    remember(root.dataset.theme);
  });

  var form = by("upload");
  if (!form) { return; }
  var told = form.dataset, drop = by("drop"), inputs = [by("files"), by("folder")], chosen = [];
  var show = function (element, text) { element.textContent = text; element.hidden = !text; };
  var size = function (bytes) { return bytes < 1024 ? bytes + " B" : bytes < 1048576 ? Math.round(bytes / 1024) + " KiB" : (bytes / 1048576).toFixed(1) + " MiB"; };
  // What was dropped or chosen: `{path, file}`.
  var choose = function (files) {
    chosen = files;
    var list = by("chosen");
    list.textContent = "";
    files.slice(0, 50).forEach(function (it) {
      var line = document.createElement("li");
      line.textContent = it.path + " (" + size(it.file.size) + ")";
      list.appendChild(line);
    });
    if (files.length > 50) { var more = document.createElement("li"); more.textContent = "+ " + (files.length - 50); list.appendChild(more); }
    list.hidden = files.length === 0;
    show(by("trouble"), "");
  };
  inputs.forEach(function (input, index) {
    input.addEventListener("change", function () {
      inputs[1 - index].value = "";
      choose(Array.prototype.map.call(input.files, function (file) { return { path: file.webkitRelativePath || file.name, file: file }; }));
    });
  });

  // Folders that are dropped are read entry by entry; the limit ends it early.
  var walk = function (entry, path, found) {
    if (found.length > told.files) { return Promise.resolve(); }
    if (entry.isFile) {
      return new Promise(function (done, failed) { entry.file(function (file) { found.push({ path: path + file.name, file: file }); done(); }, failed); });
    }
    var reader = entry.createReader(), next = function () {
      return new Promise(function (done, failed) { reader.readEntries(done, failed); }).then(function (entries) {
        if (!entries.length) { return undefined; }
        return entries.reduce(function (before, it) { return before.then(function () { return walk(it, path + entry.name + "/", found); }); }, Promise.resolve()).then(next);
      });
    };
    return next();
  };
  ["dragenter", "dragover"].forEach(function (name) { document.addEventListener(name, function (event) { event.preventDefault(); drop.classList.add("over"); }); });
  document.addEventListener("dragleave", function (event) { if (!event.relatedTarget) { drop.classList.remove("over"); } });
  document.addEventListener("drop", function (event) {
    event.preventDefault();
    drop.classList.remove("over");
    if (!("live" in told)) { inputs[0].files = event.dataTransfer.files; form.submit(); return; }
    var found = [], entries = Array.prototype.map.call(event.dataTransfer.items, function (it) { return it.webkitGetAsEntry && it.webkitGetAsEntry(); }).filter(Boolean);
    inputs.forEach(function (it) { it.value = ""; });
    entries.reduce(function (before, it) { return before.then(function () { return walk(it, "", found); }); }, Promise.resolve()).then(function () {
      // A browser that gives no entries gives plain files.
      if (!entries.length) { found = Array.prototype.map.call(event.dataTransfer.files, function (file) { return { path: file.name, file: file }; }); }
      choose(found);
      submit();
    }, function (error) { fail(String(error)); });
  });

  var running = null;
  var state = function (busy) {
    form.setAttribute("aria-busy", busy ? "true" : "false");
    form.querySelector("button.main").disabled = busy;
    by("cancel").hidden = !busy;
    by("progress").hidden = !busy;
    if (!busy) { running = null; }
  };
  var fail = function (text) { state(false); show(by("trouble"), told.failed + ": " + text); by("trouble").scrollIntoView({ block: "nearest" }); };
  by("cancel").addEventListener("click", function () { if (running) { running.abort(); } });

  var rows = {};
  var row = function (agent) {
    if (!rows[agent]) {
      var line = document.createElement("li"), name = document.createElement("span"), bar = document.createElement("progress"), said = document.createElement("span");
      name.textContent = agent;
      bar.max = 1;
      bar.setAttribute("aria-label", agent);
      said.className = "quiet";
      [name, bar, said].forEach(function (it) { line.appendChild(it); });
      by("agents").appendChild(line);
      rows[agent] = { bar: bar, said: said };
    }
    return rows[agent];
  };
  var heard = function (name, data) {
    if (name === "progress") { var it = row(data.agent); it.bar.value = data.fraction; it.said.textContent = data.message; show(by("said"), told.examining); }
    if (name === "agent") { var of = row(data.agent_name); of.bar.value = 1; of.said.textContent = data.error_message || told.findings + ": " + data.analysis.length; }
    if (name === "problem") { fail(data.detail + (data.found ? "\n" + data.found : "")); }
    if (name === "kept") { show(by("said"), told.done); location.assign(told.reports + encodeURIComponent(data.id)); return true; }
    return false;
  };

  // The answer is a stream of events; EventSource can only GET.
  var listen = function (answer) {
    if (!/^text\/event-stream/.test(answer.headers.get("content-type") || "")) {
      return answer.json().then(function (problem) { fail((problem.detail || answer.statusText) + (problem.expected ? "\n" + problem.expected : "")); }, function () { fail(answer.status + " " + answer.statusText); });
    }
    var reader = answer.body.getReader(), decoder = new TextDecoder(), text = "", over = false;
    var read = function () {
      return reader.read().then(function (part) {
        text += part.done ? "" : decoder.decode(part.value, { stream: true });
        var blocks = text.split("\n\n");
        text = blocks.pop();
        blocks.forEach(function (block) {
          var name = "", data = "";
          block.split("\n").forEach(function (line) {
            if (line.indexOf("event:") === 0) { name = line.slice(6).trim(); }
            if (line.indexOf("data:") === 0) { data += line.slice(5); }
          });
          if (name) { over = heard(name, JSON.parse(data)) || over || name === "problem"; }
        });
        if (!part.done) { return read(); }
        if (!over) { fail(""); }
        return undefined;
      });
    };
    return read();
  };
  var submit = function () {
    var files = chosen, bytes = files.reduce(function (sum, it) { return sum + it.file.size; }, 0);
    if (running) { return; }
    if (!files.length) { fail(told.nothing); return; }
    if (files.length > told.files || bytes > told.bytes) { fail(told.many); return; }
    var body = new FormData();
    ["name", "label", "language"].forEach(function (it) { body.append(it, form.elements[it].value); });
    files.forEach(function (it) { body.append("file", it.file, it.path); });
    show(by("trouble"), "");
    by("agents").textContent = "";
    rows = {};
    running = new AbortController();
    state(true);
    show(by("said"), told.sending + " (" + size(bytes) + ")");
    fetch(form.action, { method: "POST", body: body, headers: { accept: "text/event-stream" }, signal: running.signal }).then(listen).catch(function (error) {
      if (error.name === "AbortError") { state(false); show(by("trouble"), told.cancelled); } else { fail(String(error)); }
    });
  };
  // Without a history there is no report to open: the form's own answer is it.
  if ("live" in told) { form.addEventListener("submit", function (event) { event.preventDefault(); submit(); }); }
}());
