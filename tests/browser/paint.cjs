// Opens a page again and again in a fresh profile and prints, as JSON, the milliseconds from the start of the
// navigation to the first paint, and the size of the page.
//
//     node paint.cjs URL TIMES
"use strict";
const { launch } = require("./browser.cjs");

(async () => {
  const [url, times] = process.argv.slice(2);
  const browser = await launch();
  const paints = [];
  let size = 0;
  for (let i = 0; i <= Number(times); i += 1) {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    await page.goto(url, { waitUntil: "load" });
    const seen = await page.evaluate(() => new Promise((done) => {
      new PerformanceObserver((list) => {
        const paint = list.getEntriesByName("first-contentful-paint")[0];
        if (paint) { done({ paint: paint.startTime, size: performance.getEntriesByType("navigation")[0].decodedBodySize }); }
      }).observe({ type: "paint", buffered: true });
    }));
    // The first one starts the browser's own parts.
    if (i > 0) { paints.push(seen.paint); }
    size = seen.size;
    await context.close();
  }
  await browser.close();
  console.log(JSON.stringify({ paints, size }));
})().catch((error) => { console.error(error); process.exit(1); });
