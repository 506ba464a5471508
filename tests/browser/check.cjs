// Opens pages in a real browser and prints, as JSON, what is wrong with them.
//
//     node check.cjs [--shots FOLDER] PAGE.html...
//
// Packages are those of NODE_PATH.
"use strict";
const fs = require("fs");
const path = require("path");
const { pathToFileURL } = require("url");
const { chromium } = require("playwright-core");
const axe = require("axe-core");

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const WIDTHS = [360, 820, 1440];

async function check(browser, file, shots) {
  const wrong = [];
  const own = pathToFileURL(path.resolve(file)).href;
  for (const scheme of ["light", "dark"]) {
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    page.on("console", (it) => { if (it.type() === "error" || it.type() === "warning") { wrong.push(`console: ${it.text()}`); } });
    page.on("pageerror", (it) => wrong.push(`script: ${it}`));
    page.on("dialog", async (it) => { wrong.push(`dialog: ${it.message()}`); await it.dismiss(); });
    page.on("request", (it) => { if (it.url().split("#")[0] !== own) { wrong.push(`request: ${it.url()}`); } });
    await page.goto(own);
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 900 });
      const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      if (over > 1) { wrong.push(`${width} px: ${over} px wider than the window`); }
      if (shots) {
        const name = `${path.basename(file, ".html")}-${scheme}-${width}.png`;
        await page.screenshot({ path: path.join(shots, name), fullPage: true });
      }
      await page.evaluate(axe.source);
      const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
      for (const it of found.violations) {
        if (it.impact === "serious" || it.impact === "critical") {
          wrong.push(`${scheme} ${width} px, axe ${it.id} (${it.impact}): ${it.nodes.length} times, ${it.nodes[0].html.slice(0, 200)}: ${it.nodes[0].failureSummary}`);
        }
      }
    }
    if (scheme === "light") { wrong.push(...await behaviour(page)); }
    await context.close();
  }
  const plain = await browser.newContext({ javaScriptEnabled: false });
  const page = await plain.newPage();
  await page.goto(own);
  if (await page.locator(".js:visible").count() > 0) { wrong.push("without JavaScript: controls that do nothing are shown"); }
  if (!await page.locator("main section").first().isVisible()) { wrong.push("without JavaScript: nothing to read"); }
  if (shots) { await page.pdf({ path: path.join(shots, `${path.basename(file, ".html")}.pdf`), format: "A4" }); }
  await plain.close();
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
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".export a").first().click()]);
  const response = JSON.parse(fs.readFileSync(await download.path(), "utf8"));
  if (!response.agent_results) { wrong.push("the saved JSON is no response"); }
  return wrong;
}

(async () => {
  let files = process.argv.slice(2);
  let shots = null;
  if (files[0] === "--shots") { shots = files[1]; files = files.slice(2); }
  const executablePath = BROWSERS.find((it) => fs.existsSync(it));
  // The pages are the tests' own; a container's root has no sandbox of the browser's.
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  const result = {};
  for (const file of files) { result[file] = await check(browser, file, shots); }
  await browser.close();
  console.log(JSON.stringify(result));
})().catch((error) => { console.error(error); process.exit(1); });
