// Uses the pages of a running server as people do and prints, as JSON, what is wrong.
//
//     node pages.cjs [--shots FOLDER] BASE_URL EXPERIMENT_FOLDER MANY_NAME
//
// The server has more than one page of analyses named MANY_NAME. Packages are those of NODE_PATH.
"use strict";
const fs = require("fs");
const path = require("path");
const { launch, watch, inspect } = require("./browser.cjs");

const PAGES = ["", "analyses", "agents", "knowledge?q=validation+loss+goes+up", "sign-in", "nowhere"];
const REPORT = /\/analyses\/[0-9a-f-]{36}$/;

async function looks(browser, base, shots, wrong) {
  const own = (url) => url.startsWith(base);
  for (const scheme of ["light", "dark"]) {
    const context = await browser.newContext({ colorScheme: scheme });
    const page = await context.newPage();
    const noted = [];
    watch(page, own, noted);
    for (const it of PAGES) {
      await page.goto(base + it);
      await inspect(page, it.split("?")[0] || "home", scheme, shots, wrong);
    }
    // That a page is not there is what one of them says.
    wrong.push(...noted.filter((it) => !/404/.test(it)));
    await context.close();
  }
}

// Whoever comes with the keyboard only.
async function keyboard(page, base, wrong) {
  await page.goto(base);
  await page.keyboard.press("Tab");
  if (!await page.evaluate(() => document.activeElement.className === "skip")) { wrong.push("the first stop of the keyboard is not the skip link"); }
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  if (await page.evaluate(() => !document.querySelector("main").contains(document.activeElement))) { wrong.push("the skip link does not lead to the content"); }
}

async function opened(page, what, wrong) {
  try {
    await page.waitForURL(REPORT, { timeout: 60000 });
  } catch (error) {
    wrong.push(`${what}: no report was opened: ${await page.locator("main").innerText()}`);
    return;
  }
  if (await page.locator("main article.card").count() === 0) { wrong.push(`${what}: the report shows no finding`); }
}

// Notes what is shown while an upload is examined: it is gone with the page.
async function looked(page) {
  await page.evaluate(() => {
    const progress = document.getElementById("progress");
    new MutationObserver(() => {
      const rows = Array.from(progress.querySelectorAll("#agents li"), (it) => ({ name: it.firstChild.textContent, value: it.querySelector("progress").value, said: it.lastChild.textContent }));
      if (rows.length > 0) {
        sessionStorage.setItem("seen", JSON.stringify({ visible: progress.offsetHeight > 0, said: document.getElementById("said").textContent, rows }));
      }
    }).observe(progress, { subtree: true, childList: true, attributes: true, characterData: true });
  });
}

// A folder as the browser hands it over: entries, which are read in portions of a hundred. Only a person can
// drag one, so that its entries come from the browser's own file system for the page.
async function droppedFolder(page, base, files, wrong) {
  await page.goto(base);
  await page.evaluate(async (files) => {
    const done = (call) => new Promise((resolve, reject) => { call(resolve, reject); });
    const system = await done((ok, no) => webkitRequestFileSystem(0, 8 << 20, ok, no));
    const folder = await done((ok, no) => system.root.getDirectory("experiment", { create: true }, ok, no));
    const below = await done((ok, no) => folder.getDirectory("notes", { create: true }, ok, no));
    const write = async (into, name, text) => {
      const entry = await done((ok, no) => into.getFile(name, { create: true }, ok, no));
      const writer = await done((ok, no) => entry.createWriter(ok, no));
      await done((ok, no) => { writer.onwriteend = ok; writer.onerror = no; writer.write(new Blob([text])); });
    };
    for (const it of files) { await write(folder, it.name, it.text); }
    for (let n = 0; n < 120; n += 1) { await write(below, `${n}.txt`, "nothing"); }
    const event = new Event("drop", { bubbles: true, cancelable: true });
    Object.defineProperty(event, "dataTransfer", { value: { items: [{ webkitGetAsEntry: () => folder }], files: [] } });
    new MutationObserver(() => sessionStorage.setItem("listed", document.getElementById("chosen").innerText)).observe(document.getElementById("chosen"), { childList: true });
    document.getElementById("drop").dispatchEvent(event);
  }, files);
  await opened(page, "dropped folder", wrong);
  const listed = await page.evaluate(() => sessionStorage.getItem("listed") || "");
  if (!listed.includes("experiment/") || !listed.includes(`+ ${files.length + 120 - 50}`)) { wrong.push(`of the dropped folder was listed: ${listed.slice(0, 200)}`); }
}

async function uploads(page, base, folder, wrong) {
  const files = fs.readdirSync(folder).filter((it) => /\.(csv|yaml)$/.test(it)).map((it) => path.join(folder, it));
  await page.goto(base);
  await page.locator("#files").setInputFiles(files);
  if (await page.locator("#chosen li").count() !== files.length) { wrong.push("the chosen files are not listed"); }
  await page.locator("[name=name]").fill("chosen files");
  await looked(page);
  await page.locator("#upload button.main").click();
  await opened(page, "files", wrong);
  const seen = await page.evaluate(() => JSON.parse(sessionStorage.getItem("seen") || "{}"));
  if (!seen.visible || !seen.said) { wrong.push(`while it was examined nothing was told: ${JSON.stringify(seen)}`); }
  if (!seen.rows || !seen.rows.some((it) => it.name === "TrainingArtifactsAnalyzer" && it.value === 1)) { wrong.push(`the agents' progress was ${JSON.stringify(seen.rows)}`); }
  if (!/chosen files/.test(await page.locator("header").first().innerText())) { wrong.push("the name of the form is not that of the report"); }
  await page.locator("a.brand").click();
  if (new URL(page.url()).pathname !== "/") { wrong.push(`the report's way home leads to ${page.url()}`); }

  await page.locator("#folder").setInputFiles(folder);
  await page.locator("[name=language]").selectOption("french");
  await page.locator("#upload button.main").click();
  await opened(page, "folder", wrong);
  if (await page.locator("html").getAttribute("lang") !== "fr") { wrong.push("the report is not in the language that was chosen"); }

  // Dropped on the page.
  await page.goto(base);
  const dropped = files.map((it) => ({ name: path.basename(it), text: fs.readFileSync(it, "utf8") }));
  await page.evaluate((dropped) => {
    const data = new DataTransfer();
    for (const it of dropped) { data.items.add(new File([it.text], it.name)); }
    document.getElementById("drop").dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  }, dropped);
  await opened(page, "drop", wrong);
  await droppedFolder(page, base, dropped, wrong);
}

async function failures(page, base, wrong) {
  await page.goto(base);
  const trouble = page.locator("#trouble");
  await page.locator("#upload button.main").click();
  await trouble.waitFor({ state: "visible" });
  await page.locator("#files").setInputFiles({ name: "holiday.txt", mimeType: "text/plain", buffer: Buffer.from("sun") });
  await page.locator("#upload button.main").click();
  await page.waitForFunction(() => /holiday|JSON|recogni/i.test(document.getElementById("trouble").textContent));
  if (await page.locator("#upload button.main").isDisabled()) { wrong.push("after a failure the form stays locked"); }

  // A server that takes long, and a person who does not want to wait.
  await page.route("**/v1/uploads", () => {});
  await page.locator("#upload button.main").click();
  await page.locator("#cancel").click();
  await page.waitForFunction(() => document.getElementById("cancel").hidden);
  await page.unroute("**/v1/uploads");
}

async function history(page, base, many, wrong) {
  await page.goto(base + "analyses");
  await page.locator(".search [name=dataset]").fill(many);
  await page.locator(".search button.main").click();
  const names = await page.locator("tbody th").allInnerTexts();
  if (names.length === 0 || names.some((it) => it !== many)) { wrong.push(`the search found ${names.slice(0, 3)}`); }
  const first = await page.locator("tbody a").first().getAttribute("href");
  await page.locator(".paging button").last().click();
  if (await page.locator("tbody a").first().getAttribute("href") === first) { wrong.push("the next page begins like the first"); }
  if (await page.locator(".search [name=dataset]").inputValue() !== many) { wrong.push("the next page forgets the search"); }
  await page.goto(base + "analyses");
  await page.locator("[name=a]").nth(1).check();
  await page.locator("[name=b]").nth(0).check();
  await page.locator(".go button.main").click();
  await page.waitForURL(/compare\?/);
  if (await page.locator("section table tbody tr").count() === 0) { wrong.push("the comparison shows nothing"); }
}

async function compared(page, base, shots, wrong) {
  await page.goto(base + "analyses");
  const ids = await page.locator("[name=a]").evaluateAll((all) => all.map((it) => it.value));
  await page.goto(`${base}analyses/compare?a=${ids[ids.length - 1]}&b=${ids[0]}`);
  await inspect(page, "compare", "light", shots, wrong);
  const explained = page.locator(".changes th a").first();
  if (await explained.count() > 0) {
    await explained.click();
    if (!/knowledge\?code=/.test(page.url()) || await page.locator("article.passage").count() === 0) { wrong.push("a fault that changed leads to no passage"); }
  }
  await page.goto(`${base}analyses/${ids[0]}`);
  await inspect(page, "report-on-server", "light", shots, wrong);
  await page.locator("header.verdict a", { hasText: "All analyses" }).click();
  if (!page.url().endsWith("/analyses")) { wrong.push(`a report leads back to ${page.url()}`); }
  if ((await page.request.get(await page.locator("footer a").evaluate((it) => it.href))).status() !== 200) { wrong.push("the footer's link to the API leads nowhere"); }
  await page.goto(base + "agents");
  if (!/\d+ runs/.test(await page.locator("article.agent").first().innerText())) { wrong.push("the agents' page counts no runs"); }
  await page.locator("article.agent details summary").first().click();
  await page.locator("article.agent details a").first().click();
  if (await page.locator("article.passage").count() === 0) { wrong.push("a fault code leads to no passage"); }
}

// Reading, and handing over a file, without JavaScript.
async function plain(browser, base, folder, wrong) {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  for (const it of PAGES) {
    await page.goto(base + it);
    if (await page.locator(".js:visible").count() > 0) { wrong.push(`${it} without JavaScript: controls that do nothing are shown`); }
    if (!await page.locator("main h1").isVisible()) { wrong.push(`${it} without JavaScript: nothing to read`); }
  }
  await page.goto(base);
  await page.locator("#files").setInputFiles(path.join(folder, "metrics.csv"));
  await page.locator("#upload button.main").click();
  await opened(page, "without JavaScript", wrong);
  await context.close();
}

async function french(browser, base, wrong) {
  const context = await browser.newContext({ locale: "fr-FR" });
  const page = await context.newPage();
  for (const it of PAGES) {
    await page.goto(base + it);
    if (await page.locator("html").getAttribute("lang") !== "fr") { wrong.push(`${it} is not in French`); }
  }
  await context.close();
}

(async () => {
  let rest = process.argv.slice(2);
  let shots = null;
  if (rest[0] === "--shots") { shots = rest[1]; rest = rest.slice(2); }
  const [base, folder, many] = rest;
  const browser = await launch();
  const wrong = [];
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  const noted = [];
  watch(page, (url) => url.startsWith(base), noted);
  await keyboard(page, base, wrong);
  await uploads(page, base, folder, wrong);
  await failures(page, base, wrong);
  await history(page, base, many, wrong);
  await compared(page, base, shots, wrong);
  // Those of the failure that was asked for.
  wrong.push(...noted.filter((it) => !/status of 4\d\d/.test(it)));
  await context.close();
  await looks(browser, base, shots, wrong);
  await plain(browser, base, folder, wrong);
  await french(browser, base, wrong);
  await browser.close();
  console.log(JSON.stringify(wrong));
})().catch((error) => { console.error(error); process.exit(1); });
