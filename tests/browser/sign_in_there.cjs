// Signs in at an identity provider, and comes back to the page that was wanted; prints, as JSON, what is wrong.
//
//     node sign_in_there.cjs BASE_URL PROVIDER_URL
"use strict";
const { launch, watch, inspect } = require("./browser.cjs");

(async () => {
  const [base, provider] = process.argv.slice(2);
  await fetch(`${provider}base?is=${encodeURIComponent(base)}`);
  const browser = await launch();
  const wrong = [];
  const noted = [];
  const context = await browser.newContext();
  const page = await context.newPage();
  watch(page, (url) => url.startsWith(base) || url.startsWith(provider), noted);
  const there = () => page.locator("a[href*='sign-in/provider']");
  const sign_in = async (user) => {
    await page.goto(base + "agents");
    await there().click();
    if (!page.url().startsWith(provider)) { wrong.push(`it leads to ${page.url()}`); }
    await page.locator("[name=user]").fill(user);
    await page.locator("button").click();
  };
  await page.goto(base + "agents");
  await inspect(page, "asked", "light", null, wrong);

  // Known there, and of no use here: the page says so once, and another try is offered.
  await sign_in("guest");
  await page.waitForURL(base + "agents");
  if (!/scope/.test(await page.locator("main").innerText())) { wrong.push(`without a scope: ${await page.locator("main").innerText()}`); }

  await context.clearCookies();
  await sign_in("somebody");
  await page.locator("article.agent").first().waitFor();
  if (page.url() !== base + "agents") { wrong.push(`signing in leads to ${page.url()}`); }
  const cookies = await context.cookies(base);
  if (cookies.length !== 1 || !cookies[0].httpOnly || cookies[0].sameSite !== "Strict") { wrong.push(`cookies: ${cookies.map((it) => it.name + it.sameSite)}`); }
  await page.goto(base + "analyses");
  await page.locator(".session form button").click();
  await page.goto(base + "analyses");
  if (await there().count() !== 1) { wrong.push("after signing out the pages are still there"); }

  // A sign-in that somebody else began is not finished here.
  await page.goto(base + "sign-in/done?code=1&state=2");
  if (!/not begun in this browser/.test(await page.locator("[role=alert]").innerText())) { wrong.push("a strange sign-in is taken"); }
  wrong.push(...noted.filter((it) => !/status of 4\d\d/.test(it)));
  await browser.close();
  console.log(JSON.stringify(wrong));
})().catch((error) => { console.error(error); process.exit(1); });
