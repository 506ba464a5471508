// What every look at pages needs: the browser, and what is wrong with a page whatever it shows.
"use strict";
const fs = require("fs");
const path = require("path");
const { chromium } = require("playwright-core");
const axe = require("axe-core");

const BROWSERS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const WIDTHS = [360, 820, 1440];

function launch() {
  const executablePath = BROWSERS.find((it) => fs.existsSync(it));
  // The pages are the tests' own; a container's root has no sandbox of the browser's.
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
}

// Notes errors of the page, and requests that `own` does not allow.
function watch(page, own, wrong) {
  page.on("console", (it) => { if (it.type() === "error" || it.type() === "warning") { wrong.push(`console: ${it.text()} at ${page.url()}`); } });
  page.on("pageerror", (it) => wrong.push(`script: ${it}`));
  page.on("dialog", async (it) => { wrong.push(`dialog: ${it.message()}`); await it.dismiss(); });
  page.on("request", (it) => { if (!it.url().startsWith("data:") && !own(it.url().split("#")[0])) { wrong.push(`request: ${it.url()}`); } });
}

// Width by width: nothing sticks out, and nothing keeps a screen reader out.
async function inspect(page, name, scheme, shots, wrong) {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 });
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 1) { wrong.push(`${name}, ${width} px: ${over} px wider than the window`); }
    if (shots) { await page.screenshot({ path: path.join(shots, `${name}-${scheme}-${width}.png`), fullPage: true }); }
    // Not as a script of the page, which its policy would refuse.
    await page.evaluate(axe.source);
    const found = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
    for (const it of found.violations) {
      if (it.impact === "serious" || it.impact === "critical") {
        wrong.push(`${name}, ${scheme} ${width} px, axe ${it.id} (${it.impact}): ${it.nodes.length} times, ${it.nodes[0].html.slice(0, 200)}: ${it.nodes[0].failureSummary}`);
      }
    }
  }
}

module.exports = { launch, watch, inspect };
