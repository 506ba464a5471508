// Signs in to a server that needs keys, and out again; prints, as JSON, what is wrong.
//
//     node sign_in.cjs BASE_URL KEY
"use strict";
const http = require("http");
const { launch, watch, inspect } = require("./browser.cjs");

(async () => {
  const [base, key] = process.argv.slice(2);
  const browser = await launch();
  const wrong = [];
  const noted = [];
  const context = await browser.newContext();
  const page = await context.newPage();
  watch(page, (url) => url.startsWith(base), noted);
  const asked = () => page.locator("[name=key]");
  await page.goto(base + "agents");
  if (await asked().count() !== 1) { wrong.push("no key is asked for"); }
  await inspect(page, "asked", "light", null, wrong);
  await asked().fill(key.slice(0, -1) + (key.endsWith("0") ? "1" : "0"));
  await page.locator("main button").click();
  if (!/not known/.test(await page.locator("[role=alert]").innerText())) { wrong.push("a wrong key is not said to be wrong"); }
  await asked().fill("no; key");
  await page.locator("main button").click();
  if (!/form of a key/.test(await page.locator("[role=alert]").innerText())) { wrong.push("what is no key is taken for one"); }
  await page.goto(base + "agents");
  await asked().fill(key);
  await page.locator("main button").click();
  if (!page.url().endsWith("/agents") || await page.locator("article.agent").count() === 0) { wrong.push(`signing in leads to ${page.url()}`); }
  const [cookie] = await context.cookies();
  if (!cookie || !cookie.httpOnly || cookie.sameSite !== "Strict" || cookie.expires !== -1) { wrong.push(`the cookie is ${JSON.stringify({ ...cookie, value: "" })}`); }
  if (await page.evaluate(() => document.cookie) !== "") { wrong.push("scripts can read the cookie"); }

  // Another site, which has the browser send a form of its own.
  const other = http.createServer((_, answer) => {
    answer.setHeader("content-type", "text/html");
    answer.end(`<form method=post action="${base}sign-out"><button>x</button></form><form id=u method=post enctype="multipart/form-data" action="${base}v1/uploads"><button>y</button></form>`);
  });
  await new Promise((done) => other.listen(0, "127.0.0.1", done));
  const elsewhere = await context.newPage();
  // Another site than the server's, to a browser: `localhost` is not `127.0.0.1`.
  for (const button of ["form >> nth=0 >> button", "#u button"]) {
    await elsewhere.goto(`http://localhost:${other.address().port}/`);
    const [answer] = await Promise.all([elsewhere.waitForResponse((it) => it.url().startsWith(base)), elsewhere.locator(button).click()]);
    if (answer.status() !== 403) { wrong.push(`what another site sends is answered with ${answer.status()}`); }
  }
  other.close();
  await elsewhere.close();

  await page.goto(base);
  if (await page.locator("#upload").count() !== 1) { wrong.push("another site has signed the user out"); }
  await page.locator(".session form button").click();
  await page.goto(base + "analyses");
  if (await asked().count() !== 1) { wrong.push("after signing out the pages are still there"); }
  wrong.push(...noted.filter((it) => !/status of 4\d\d/.test(it)));
  await browser.close();
  console.log(JSON.stringify(wrong));
})().catch((error) => { console.error(error); process.exit(1); });
