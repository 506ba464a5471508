// Where there is a script, a curve becomes one that answers: values under the cursor, a part of it larger. The
// picture stays for print and for who cannot see it.
(function () {
  "use strict";
  if (typeof uPlot !== "function" || !window.IntersectionObserver || !window.ResizeObserver) { return; }
  var COLOURS = 6, FONT = '12px system-ui, -apple-system, "Segoe UI", Roboto, Arial, sans-serif';
  // As the style has them for the picture.
  var DASHES = [[], [7, 3], [2, 3], [10, 3, 2, 3], [], [4, 2]], EDGES = ["solid", "dashed", "dotted", "dashed", "solid", "dashed"];
  // A part of a curve is at least so much of it: numbers that are closer together have no places of their own.
  var LEAST = 1e-4;
  var root = document.documentElement, words = document.getElementById("report").dataset, plots = [];
  var colour = function (name) { return getComputedStyle(root).getPropertyValue("--" + name).trim(); };
  var of = function (name) { return function () { return colour(name); }; };
  var number = function (value) {
    var size = Math.abs(value);
    if (value === null || value === undefined) { return "–"; }
    if (value !== 0 && (size < 1e-3 || size >= 1e6)) { return value.toExponential(2); }
    return String(Number(value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 3 : 4)));
  };
  var element = function (name, kind, text) { var it = document.createElement(name); it.className = kind; it.textContent = text || ""; return it; };

  // What the library does not draw: the places that the finding names, and values that are not finite.
  var marks = function (plot, data) {
    var pen = plot.ctx, area = plot.bbox, scale = uPlot.pxRatio, x = plot.scales.x;
    var at = function (value) { return value >= x.min && value <= x.max ? plot.valToPos(value, "x", true) : null; };
    pen.save();
    pen.beginPath();
    pen.rect(area.left - 6 * scale, area.top - 6 * scale, area.width + 12 * scale, area.height + 12 * scale);
    pen.clip();
    pen.font = "bold " + 12 * scale + FONT.slice(FONT.indexOf("px"));
    data.marks.forEach(function (value) {
      var place = at(value), late = place !== null && place > area.left + area.width * 0.7;
      if (place === null) { return; }
      pen.strokeStyle = pen.fillStyle = colour("ink");
      pen.lineWidth = 1.3 * scale;
      pen.setLineDash([5 * scale, 4 * scale]);
      pen.beginPath();
      pen.moveTo(place, area.top);
      pen.lineTo(place, area.top + area.height);
      pen.stroke();
      pen.textAlign = late ? "right" : "left";
      pen.fillText(data.label + " " + number(value), place + (late ? -5 : 5) * scale, area.top + 12 * scale);
    });
    pen.setLineDash([]);
    if (data.log) {
      pen.fillStyle = colour("quiet");
      pen.textAlign = "right";
      pen.fillText(words.plotLog, area.left + area.width, area.top + 12 * scale);
    }
    pen.textAlign = "center";
    data.series.forEach(function (it, index) {
      if (!plot.series[index + 1].show) { return; }
      pen.fillStyle = colour("high");
      (it.broken || []).forEach(function (row) { var place = at(data.x[row]); if (place !== null) { pen.fillText("×", place, area.top + area.height - 4 * scale); } });
      pen.fillStyle = colour("c" + index % COLOURS);
      pen.strokeStyle = colour("card");
      pen.lineWidth = 1.5 * scale;
      data.dots.filter(function (dot) { return dot[0] === index; }).forEach(function (dot) {
        var place = at(data.x[dot[1]]);
        if (place === null) { return; }
        pen.beginPath();
        pen.arc(place, plot.valToPos(it.values[dot[1]], "y", true), 4 * scale, 0, 2 * Math.PI);
        pen.fill();
        pen.stroke();
      });
    });
    pen.restore();
  };

  var build = function (figure, data) {
    var picture = figure.querySelector("svg"), box = element("div", "plot"), status = element("p", "apart"), tools = element("p", "plot-tools");
    var hint = element("span", "hint quiet", words.plotHint), reset = element("button", "plot-reset", words.plotReset), row = null, first = data.x[0], last = data.x[data.x.length - 1];
    var broken = data.series.map(function (it) { var rows = {}; (it.broken || []).forEach(function (row) { rows[row] = true; }); return rows; });
    // Nothing bridges a gap of null, and everything one that is not defined.
    var columns = data.series.map(function (it, index) { return it.values.map(function (value, row) { return value === null && !broken[index][row] ? undefined : value; }); });
    var size = function () { var width = Math.max(160, Math.floor(figure.clientWidth)); return { width: width, height: Math.max(180, Math.min(330, Math.round(width * 0.48) - 30)) }; };
    var shown = function (index, row) { return row === null || row === undefined ? "–" : broken[index][row] ? words.plotBroken : number(data.series[index].values[row]); };
    var axis = function (room, more) {
      return Object.assign({ stroke: of("quiet"), font: FONT, size: room, grid: { stroke: of("grid"), width: 1 }, ticks: { show: false }, values: function (_, all) { return all.map(function (it) { return it === null ? "" : number(it); }); } }, more);
    };
    var steep = data.log ? { distr: 3 } : { range: function (_, low, high) {
      if (low === null || high === null) { return [0, 1]; }
      var most = Math.max(Math.abs(low), Math.abs(high)), room = high > low ? Math.max((high - low) * 0.05, most * 1e-6) : Math.max(most, 1) / 2;
      return [low - room, high + room];
    } };
    var wide = { time: false, range: function (_, low, high) {
      if (low === null || high === null) { return [first, last]; }
      var least = (last - first) * LEAST, middle = (low + high) / 2;
      return high - low < least ? [middle - least / 2, middle + least / 2] : [low, high];
    } };
    var plot = new uPlot(Object.assign(size(), {
      legend: { markers: { width: 1, stroke: function (_, index) { return "var(--c" + (index - 1) % COLOURS + ")"; }, dash: function (_, index) { return EDGES[(index - 1) % COLOURS]; } } },
      // Several rows may stand at one x, and the keyboard walks all of them.
      cursor: { dataIdx: function (_, __, nearest) { return row === null ? nearest : row; }, drag: { x: true, y: false, dist: 5 }, points: { size: 8 } },
      scales: { x: wide, y: steep },
      axes: [axis(30, { grid: { show: false }, label: data.label, labelSize: 18, labelFont: FONT, labelGap: 0 }), axis(function (_, all) { return 16 + 7 * Math.max.apply(null, (all || []).map(function (it) { return it.length; }).concat(3)); }, {})],
      series: [{ label: data.label, value: function (_, value) { return number(value); } }].concat(data.series.map(function (it, index) {
        return { label: it.name, stroke: of("c" + index % COLOURS), width: 2, dash: DASHES[index % COLOURS], points: { show: it.values.filter(function (value) { return value !== null; }).length === 1, size: 8, fill: of("c" + index % COLOURS) }, value: function (_, value, __, row) { return shown(index, row); } };
      })),
      hooks: {
        draw: [function (it) { marks(it, data); }],
        setScale: [function (it, key) { if (key === "x") { reset.hidden = it.scales.x.min <= first && it.scales.x.max >= last; } }]
      }
    }), [data.x].concat(columns), box);
    var whole = function () { plot.setScale("x", { min: first, max: last }); };
    // The picture's name says what this is; what the pointer reads off here, the keyboard has read out.
    plot.root.setAttribute("aria-hidden", "true");
    box.tabIndex = 0;
    box.setAttribute("role", "group");
    box.setAttribute("aria-label", picture.getAttribute("aria-label") + ". " + words.plotKeys);
    status.setAttribute("role", "status");
    reset.type = "button";
    reset.hidden = true;
    reset.addEventListener("click", function () { whole(); box.focus(); });
    box.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey) { return; }
      var seen = plot.series[0].idxs, at = row === null ? plot.cursor.idx : row, x = plot.scales.x, none = at === null || at === undefined, half = (x.max - x.min) / 4;
      var middle = none ? (x.min + x.max) / 2 : Math.min(Math.max(data.x[at], x.min), x.max), move = null;
      if (event.key === "ArrowRight") { move = none ? seen[0] : Math.min(seen[1], at + 1); }
      else if (event.key === "ArrowLeft") { move = none ? seen[1] : Math.max(seen[0], at - 1); }
      else if (event.key === "Home") { move = seen[0]; }
      else if (event.key === "End") { move = seen[1]; }
      else if (event.key === "+" || event.key === "=") { plot.setScale("x", { min: Math.max(first, middle - half), max: Math.min(last, middle + half) }); }
      else if (event.key === "-") { plot.setScale("x", { min: Math.max(first, middle - 4 * half), max: Math.min(last, middle + 4 * half) }); }
      else if (event.key === "Escape" || event.key === "0") { whole(); }
      else { return; }
      event.preventDefault();
      if (move === null) { return; }
      row = move;
      plot.setCursor({ left: plot.valToPos(data.x[move], "x"), top: plot.over.clientHeight / 2 });
      status.textContent = [data.label + " " + number(data.x[move])].concat(data.series.map(function (it, index) { return it.name + " " + shown(index, move); })).join(", ");
    });
    plot.over.addEventListener("pointermove", function () { row = null; });
    [hint, reset].forEach(function (it) { tools.appendChild(it); });
    [box, tools, status].forEach(function (it) { figure.appendChild(it); });
    figure.classList.add("drawn");
    plots.push(plot);
    new ResizeObserver(function () { var now = size(); if (figure.clientWidth > 0 && now.width !== plot.width) { plot.setSize(now); } }).observe(figure);
  };

  var start = function () {
    var near = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting || entry.target.clientWidth === 0) { return; }
        near.unobserve(entry.target);
        build(entry.target, JSON.parse(entry.target.querySelector("script").textContent));
      });
    }, { rootMargin: "600px" });
    Array.prototype.forEach.call(document.querySelectorAll("script.numbers"), function (it) { near.observe(it.parentNode); });
    var redraw = function () { plots.forEach(function (it) { it.redraw(); }); };
    new MutationObserver(redraw).observe(root, { attributes: true, attributeFilter: ["data-theme"] });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  };
  // After the first paint.
  requestAnimationFrame(function () { setTimeout(start, 0); });
}());
