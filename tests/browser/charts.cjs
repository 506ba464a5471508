// What a report's curves do where there is a script: read values off, enlarge a part and show all again, with the
// pointer and with the keyboard. Each function returns what is wrong.
"use strict";
const pdf = require("./pdf.cjs");

const WITH_NUMBERS = "figure:has(> script.numbers)";

// As the report writes numbers.
function number(value) {
  const size = Math.abs(value);
  if (value !== 0 && (size < 1e-3 || size >= 1e6)) { return value.toExponential(2); }
  return String(Number(value.toFixed(size >= 1000 ? 0 : size >= 100 ? 1 : size >= 1 ? 3 : 4)));
}

// The share of a canvas's column at a place of the axis, a pixel to either side, that has a colour.
function column(figure, share, colour) {
  return figure.evaluate((it, [share, colour]) => {
    const canvas = it.querySelector("canvas"), over = it.querySelector(".u-over").getBoundingClientRect(), all = canvas.getBoundingClientRect();
    const scale = canvas.width / all.width, left = Math.round((over.left - all.left + over.width * share) * scale);
    const height = Math.floor(over.height * scale), pen = new OffscreenCanvas(3, height).getContext("2d", { willReadFrequently: true });
    pen.drawImage(canvas, 1 - left, -Math.round((over.top - all.top) * scale));
    const seen = pen.getImageData(0, 0, 3, height).data;
    pen.clearRect(0, 0, 1, 1);
    pen.fillStyle = getComputedStyle(document.documentElement).getPropertyValue(colour);
    pen.fillRect(0, 0, 1, 1);
    const wanted = pen.getImageData(0, 0, 1, 1).data;
    let rows = 0;
    for (let y = 0; y < height; y += 1) {
      const is = (x) => seen[(y * 3 + x) * 4 + 3] > 100 && [0, 1, 2].every((n) => Math.abs(seen[(y * 3 + x) * 4 + n] - wanted[n]) < 40);
      rows += [0, 1, 2].some(is) ? 1 : 0;
    }
    return rows / height;
  }, [share, colour]);
}

async function one(page, figure, themes) {
  const wrong = [];
  const data = JSON.parse(await figure.locator("script").textContent());
  const [first, last] = [data.x[0], data.x[data.x.length - 1]];
  await figure.scrollIntoViewIfNeeded();
  const over = figure.locator(".u-over");
  await over.waitFor();
  const reset = figure.locator(".plot-reset");
  const read = async () => (await figure.locator(".u-legend .u-value").allInnerTexts()).map((it) => it.trim());
  const place = async (share) => { const box = await over.boundingBox(); return [box.x + box.width * share, box.y + box.height / 2]; };
  const point = async (share) => { await page.mouse.move(...await place(share)); return read(); };
  const drag = async (from, to) => { await page.mouse.move(...await place(from)); await page.mouse.down(); await page.mouse.move(...await place(to), { steps: 5 }); await page.mouse.up(); };

  const seen = await point(0.55);
  // Several rows may stand there.
  const rows = [...data.x.keys()].filter((it) => number(data.x[it]) === seen[0]);
  if (rows.length === 0) { return [`the cursor reads ${seen}`]; }
  data.series.forEach((it, index) => {
    const values = rows.map((row) => it.values[row]);
    if (!values.some((value) => value === null || seen[index + 1] === number(value))) { wrong.push(`the cursor reads ${seen[index + 1]} for ${it.name} at ${seen[0]}, which is ${values}`); }
  });
  if (await reset.isVisible()) { wrong.push("a curve that is whole offers to show all"); }
  const whole = data.x.length;
  // Where few rows are, a part still has some.
  await drag(0.35, 0.85);
  if (!await reset.isVisible()) { wrong.push("dragging enlarges nothing"); }
  const start = Number((await point(0.02))[0]);
  if (whole > 8 && !(start > first)) { wrong.push(`enlarged, the curve begins at ${start}`); }
  await over.dblclick();
  if (await reset.isVisible() || (await point(0.001))[0] !== number(first) || (await point(0.999))[0] !== number(last)) { wrong.push("a double click does not show all"); }
  await drag(0.35, 0.85);
  await reset.click();
  if (await reset.isVisible()) { wrong.push("the button does not show all"); }

  await page.mouse.move(0, 0);
  const plot = figure.locator(".plot");
  await plot.focus();
  await page.keyboard.press("Home");
  for (let row = 1; row < Math.min(whole, 20); row += 1) {
    await page.keyboard.press("ArrowRight");
    const said = await figure.locator("[role=status]").innerText();
    const legend = await read();
    const wanted = data.series.map((it) => it.values[row] === null ? it.name : `${it.name} ${number(it.values[row])}`);
    if (wanted.some((it) => !said.includes(it)) || !said.startsWith(`${data.label} ${number(data.x[row])}`)) { wrong.push(`the arrow keys read out ${said} for row ${row}, not ${wanted}`); break; }
    const values = data.series.map((it) => it.values[row]);
    if (values.some((it, index) => it !== null && legend[index + 1] !== number(it))) { wrong.push(`the legend says ${legend} where the arrow keys are at ${values}`); break; }
  }
  await page.keyboard.press("+");
  if (!await reset.isVisible()) { wrong.push("plus enlarges nothing"); }
  await page.keyboard.press("Escape");
  if (await reset.isVisible()) { wrong.push("Escape does not show all"); }

  for (const mark of data.marks.slice(0, 1)) {
    for (let times = 0; times < themes; times += 1) {
      const at = (mark - first) / (last - first);
      if (await column(figure, at, "--ink") < 0.3) { wrong.push(`${data.label} ${mark} is not marked`); }
      if (await column(figure, at > 0.5 ? at - 0.2 : at + 0.2, "--ink") > 0.3) { wrong.push("a place is marked that no finding names"); }
      await page.locator("#theme").click();
    }
  }
  const label = await figure.locator("svg").getAttribute("aria-label");
  if (await figure.getByRole("img", { name: label, exact: true }).count() !== 1) { wrong.push("a screen reader finds no picture any more"); }
  return wrong.map((it) => `chart ${label}: ${it}`);
}

// All of them, and both themes for the first.
async function used(page) {
  const wrong = [];
  await page.setViewportSize({ width: 1440, height: 900 });
  const figures = page.locator(`${WITH_NUMBERS}:visible`);
  const count = Math.min(await figures.count(), 3);
  for (let n = 0; n < count; n += 1) { wrong.push(...await one(page, figures.nth(n), n === 0 ? 2 : 1)); }
  if (count === 0) { return wrong; }
  const canvas = figures.first().locator("canvas");
  const before = (await canvas.boundingBox()).width;
  await page.setViewportSize({ width: 360, height: 900 });
  await page.waitForFunction((before) => document.querySelector("canvas").getBoundingClientRect().width < before, before);
  await page.setViewportSize({ width: 1440, height: 900 });
  wrong.push(...await pictures(page, "in print"));
  await page.emulateMedia({ media: null });
  return wrong;
}

// On paper and without a script there are the pictures.
async function pictures(page, where) {
  const wrong = [];
  const printed = pdf.textOf(await page.pdf({ format: "A4" }));
  await page.emulateMedia({ media: "print" });
  for (const figure of await page.locator(WITH_NUMBERS).all()) {
    const box = await figure.locator("svg").boundingBox();
    if (box && (box.width < 100 || box.height < 50)) { wrong.push(`${where} a picture is ${box.width} wide`); }
    if (await figure.locator(".plot, .plot-tools").filter({ visible: true }).count() > 0) { wrong.push(`${where} there are controls`); }
    const names = pdf.plain((await figure.locator("svg .legend").allTextContents()).join(""));
    if (!printed.includes(names)) { wrong.push(`${where} a picture's names are missing: ${names}`); }
  }
  return wrong;
}

module.exports = { used, pictures };
