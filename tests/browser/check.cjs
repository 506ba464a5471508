// Opens pages in a real browser and prints, as JSON, what is wrong with them.
//
//     node check.cjs [--shots FOLDER] PAGE.html...
//
// Packages are those of NODE_PATH.
"use strict";
const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");
const { launch, watch, inspect } = require("./browser.cjs");
const charts = require("./charts.cjs");
const pdf = require("./pdf.cjs");

// As much of a text as stands on its first line, which no end of a page breaks.
const LINE = 40;

async function check(browser, file, shots) {
  const wrong = [];
  const own = pathToFileURL(path.resolve(file)).href;
  for (const scheme of ["light", "dark"]) {
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    watch(page, (url) => url === own, wrong);
    await page.goto(own);
    await inspect(page, path.basename(file, ".html"), scheme, shots, wrong);
    if (scheme === "light") { wrong.push(...await charts.used(page), ...await behaviour(page)); }
    await context.close();
  }
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(own);
  if (await page.locator(".js:visible").count() > 0) { wrong.push("without JavaScript: controls that do nothing are shown"); }
  if (!await page.locator("main section").first().isVisible()) { wrong.push("without JavaScript: nothing to read"); }
  if (await page.locator("figure svg").count() > 0 && !await page.locator("figure svg:visible").count()) { wrong.push("without JavaScript: no picture"); }
  wrong.push(...await charts.pictures(page, "without JavaScript"));
  await page.emulateMedia({ media: null });
  wrong.push(...await printed(page, shots && path.join(shots, `${path.basename(file, ".html")}.pdf`)));
  await plain.close();
  return wrong;
}

// What is on paper: the texts of every finding, whatever was folded away.
async function printed(page, to) {
  const bytes = await page.pdf({ format: "A4", ...(to ? { path: to } : {}) });
  await page.emulateMedia({ media: "print" });
  const texts = await page.locator("article.card").evaluateAll((all) => all.flatMap((it) => Array.from(it.querySelectorAll("h3, p, dd"), (of) => of.innerText)));
  const said = pdf.textOf(bytes);
  const missing = texts.map((it) => pdf.plain(it).slice(0, LINE)).filter((it) => !said.includes(it));
  const wrong = missing.map((it) => `not printed: ${it}`);
  if (await page.locator("article.card").count() > 0 && texts.length === 0) { wrong.push("the findings have no texts to print"); }
  if (!said.includes(pdf.plain(await page.locator("h1").first().innerText()).slice(0, LINE))) { wrong.push("the verdict is not printed"); }
  return wrong;
}

// The files that the page offers, read.
async function downloads(page, findings) {
  const wrong = [];
  const read = {};
  for (const link of await page.locator(".export a").all()) {
    const [download] = await Promise.all([page.waitForEvent("download"), link.click()]);
    read[path.extname(download.suggestedFilename())] = fs.readFileSync(await download.path(), "utf8");
  }
  const kinds = Object.keys(read).sort();
  if (kinds.join() !== [".json", ".md", ".sarif"].join()) { return [`the files offered are ${kinds}`]; }
  const response = JSON.parse(read[".json"]);
  if (!response.agent_results) { wrong.push("the saved JSON is no response"); }
  const codes = Object.values(response.agent_results).flatMap((it) => it.analysis).map((it) => it.findings.code).filter((it) => !it.startsWith("cross."));
  const missing = codes.filter((it) => !read[".md"].includes(it));
  if (!read[".md"].startsWith("# ") || missing.length > 0) { wrong.push(`the saved Markdown does not name ${missing}`); }
  const sarif = JSON.parse(read[".sarif"]);
  const results = sarif.runs[0].results;
  if (sarif.version !== "2.1.0") { wrong.push(`the saved SARIF is of version ${sarif.version}`); }
  const told = new Set(results.map((it) => it.ruleId));
  if (codes.some((it) => !told.has(it)) || results.some((it) => !it.message.text)) { wrong.push(`the saved SARIF has ${[...told]} of ${codes}`); }
  if (findings > 0 && results.length === 0) { wrong.push("the saved SARIF is empty"); }
  return wrong;
}

async function behaviour(page) {
  const wrong = [];
  const cards = page.locator("article.card");
  const all = await cards.count();
  if (all > 0) {
    await page.keyboard.press("/");
    await page.keyboard.type("no such finding anywhere");
    if (await page.locator("article.card:visible").count() !== 0) { wrong.push("the filter hides nothing"); }
    await page.keyboard.press("Escape");
    if (await page.locator("article.card:visible").count() !== all) { wrong.push("Escape does not clear the filter"); }
    const id = await cards.first().getAttribute("id");
    await page.locator(`[id="${id}"] a.anchor`).click();
    if (!page.url().endsWith(`#${id}`)) { wrong.push(`the permalink leads to ${page.url()}`); }
  }
  const before = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  await page.locator("#theme").click();
  const after = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  if (before === after) { wrong.push("the theme does not change"); }
  wrong.push(...await downloads(page, all));
  return wrong;
}

(async () => {
  let files = process.argv.slice(2);
  let shots = null;
  if (files[0] === "--shots") { shots = files[1]; files = files.slice(2); }
  const browser = await launch();
  const result = {};
  for (const file of files) { result[file] = await check(browser, file, shots); }
  await browser.close();
  console.log(JSON.stringify(result));
})().catch((error) => { console.error(error); process.exit(1); });
