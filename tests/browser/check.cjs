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

async function check(browser, file, shots) {
  const wrong = [];
  const own = pathToFileURL(path.resolve(file)).href;
  for (const scheme of ["light", "dark"]) {
    const context = await browser.newContext({ colorScheme: scheme, viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    watch(page, (url) => url === own, wrong);
    await page.goto(own);
    await inspect(page, path.basename(file, ".html"), scheme, shots, wrong);
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
  const browser = await launch();
  const result = {};
  for (const file of files) { result[file] = await check(browser, file, shots); }
  await browser.close();
  console.log(JSON.stringify(result));
})().catch((error) => { console.error(error); process.exit(1); });
