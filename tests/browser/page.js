// The report's page in a real browser: no request, no error, with and without JavaScript, phone and desktop, light and dark, print,
// accessibility, filters, and a bundle full of markup that must stay text. Prints TAP.
// usage: node page.js FOLDER   with the pages that run.sh writes in it; NODE_PATH names the modules
"use strict";
const fs = require("fs");
const path = require("path");
const { chromium } = require("playwright-core");
const axe = require("axe-core").source;

const folder = path.resolve(process.argv[2]);
const url = (name) => "file://" + path.join(folder, name);
const phone = { width: 360, height: 740 }, desktop = { width: 1280, height: 900 };
let count = 0, failed = 0;

async function test(name, fn) {
  count++;
  try {
    await fn();
    console.log(`ok ${count} - ${name}`);
  } catch (e) {
    failed++;
    console.log(`not ok ${count} - ${name}\n${String(e.stack || e).replace(/^/gm, "# ")}`);
  }
}
function same(got, wanted, what) {
  if (JSON.stringify(got) !== JSON.stringify(wanted)) throw new Error(`${what}: got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`);
}
function holds(truth, what) {
  if (!truth) throw new Error(what);
}

// A page and what it asked for and complained of. axe must be let in, which the page's own policy would forbid.
async function open(browser, name, options) {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const noise = [];
  page.on("request", (r) => { if (r.url() !== url(name)) noise.push("request " + r.url()); });
  page.on("console", (m) => { if (m.type() === "error" || m.type() === "warning") noise.push("console " + m.text()); });
  page.on("pageerror", (e) => noise.push("error " + e.message));
  page.on("dialog", (d) => { noise.push("dialog " + d.message()); d.dismiss(); });
  await page.goto(url(name));
  return { context, page, noise };
}
async function violations(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => axe.run(document, { resultTypes: ["violations"] }));
  return result.violations.map((v) => `${v.id}: ${v.nodes.slice(0, 3).map((n) => n.html.slice(0, 120) + " " + (n.any[0] ? n.any[0].message : "")).join(" | ")}`);
}
const openAll = (page) => page.evaluate(() => document.querySelectorAll("details").forEach((d) => { d.open = true; }));
const visible = (page) => page.locator("main [data-severity]:not([hidden])").count();

async function looks(browser, name, viewport, colorScheme) {
  const title = `${name} ${viewport.width} px ${colorScheme}`;
  await test(`${title}: no request, no error, nothing wider than the page`, async () => {
    const { context, page, noise } = await open(browser, name, { viewport, colorScheme });
    await openAll(page);
    same(noise, [], "noise");
    holds(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), "the page scrolls sideways");
    await context.close();
  });
  await test(`${title}: accessible`, async () => {
    const { context, page } = await open(browser, name, { viewport, colorScheme, bypassCSP: true });
    await openAll(page);
    same(await violations(page), [], "axe");
    await context.close();
  });
}

async function withoutScript(browser) {
  await test("without JavaScript everything can be read", async () => {
    const { context, page, noise } = await open(browser, "sick.html", { javaScriptEnabled: false, viewport: desktop });
    same(noise, [], "noise");
    holds(await page.locator("h1").isVisible(), "no verdict");
    holds(await page.locator("article.card pre").first().isVisible(), "no evidence");
    holds(!(await page.locator("#tools").isVisible()), "tools that cannot work are shown");
    const section = page.locator("details.section").last();
    await section.locator("> summary").click();
    holds(await section.locator("td").first().isVisible(), "a section does not open");
    await context.close();
  });
}

async function filters(browser) {
  const { context, page, noise } = await open(browser, "sick.html", { viewport: desktop });
  const all = await visible(page);
  await test("search leaves what has every word, and opens it", async () => {
    await page.fill("#by-text", "kubelet not running");
    const left = await visible(page);
    holds(left > 0 && left < all, `${left} of ${all} are left`);
    for (const text of await page.locator("main [data-severity]:not([hidden])").allTextContents())
      holds(/kubelet/i.test(text) && /not/i.test(text) && /running/i.test(text), "left without the words: " + text.slice(0, 80));
    holds((await page.textContent("#matches")).includes(String(left)), "the number is not told");
    await page.fill("#by-text", "no-such-thing-anywhere");
    same(await visible(page), 0, "shown");
    await page.fill("#by-text", "");
    same(await visible(page), all, "shown again");
  });
  await test("filters by severity, node and namespace", async () => {
    await page.selectOption("#by-severity", "critical");
    const critical = await visible(page);
    holds(critical > 0 && critical < all, "severity");
    same(await page.locator('main [data-severity]:not([hidden]):not([data-severity="critical"])').count(), 0, "others");
    await page.selectOption("#by-severity", "");
    await page.selectOption("#by-node", "node2");
    const there = await page.locator("main [data-severity]:not([hidden])").evaluateAll((v) => v.map((x) => x.dataset.nodes.split("\n").includes("node2")));
    holds(there.length > 0 && there.length < all && there.every(Boolean), "node");
    await page.selectOption("#by-node", "");
    if (await page.locator("#by-namespace").count()) {
      await page.selectOption("#by-namespace", { index: 1 });
      holds((await visible(page)) < all, "namespace");
      await page.selectOption("#by-namespace", "");
    }
    same(await visible(page), all, "all again");
  });
  await test("a link opens what it leads to; the keyboard reaches the tools", async () => {
    await page.locator(".tree > summary").first().click();
    await page.locator(".tree a[href^='#finding']").first().click();
    const id = new URL(page.url()).hash.slice(1);
    holds(await page.locator(`#${id} .body`).isVisible(), `${id} is closed`);
    await page.goto(url("sick.html"));
    await page.keyboard.press("Tab");
    same(await page.evaluate(() => document.activeElement.className), "skip", "first stop");
  });
  await test("commands can be copied", async () => {
    const box = page.locator("article.card .command").first();
    holds(await box.locator("button").isVisible(), "no button");
    await box.locator("button").click();
    await box.getByText("Copied", { exact: true }).waitFor({ timeout: 5000 });
  });
  same(noise, [], "noise of the filters");
  await context.close();
}

async function parts(browser) {
  await test("every part of the report is there", async () => {
    const { context, page } = await open(browser, "sick.html", { viewport: desktop });
    await openAll(page);
    const card = page.locator("article.card").first();
    holds(/\/.*:\d+/.test(await card.locator("figcaption").first().textContent()), "evidence without its place");
    holds((await card.locator(".lines .near").count()) >= 2 && (await card.locator(".lines .hit").count()) >= 1, "no neighbours of the evidence");
    holds(await card.locator(".steps .command pre").first().isVisible(), "no command to copy");
    holds((await card.locator(".steps .on").first().textContent()).includes("node2"), "not told where to run it");
    holds((await card.locator(".tree li").count()) > 0, "no effects");
    same(await page.locator("svg.timeline .kind").allTextContents(), ["Findings", "Node conditions", "Events"], "lanes");
    holds((await page.locator("svg.timeline .mark").count()) > 10, "no marks");
    holds((await page.locator("table.matrix th, .matrix th").count()) > 3 && (await page.locator(".matrix .badge").count()) > 2, "no matrix of conditions");
    const sections = (await page.locator("details.section > summary").allTextContents()).join("\n");
    for (const title of ["All findings", "Nodes and their conditions", "Checked, and not found", "Could not be checked", "Disks of the nodes",
      "Versions and their skew", "Images on the nodes", "What was collected", "This bundle"])
      holds(sections.includes(title), "no section " + title);
    holds((await page.locator("svg.bar").count()) > 3, "no bars");
    await context.close();
  });
}

async function print(browser) {
  await test("prints: everything open, no tools", async () => {
    const { context, page } = await open(browser, "sick.html", { viewport: desktop });
    await page.emulateMedia({ media: "print" });
    await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
    same(await page.locator("details:not([open])").count(), 0, "closed");
    holds(!(await page.locator("#tools").isVisible()), "tools on paper");
    const pdf = await page.pdf({ format: "A4" });
    holds(pdf.length > 20000 && pdf.subarray(0, 5).toString() === "%PDF-", "no document");
    await context.close();
  });
}

async function hostile(browser, name) {
  await test(`${name}: markup, escapes and direction marks of a bundle stay text`, async () => {
    const { context, page, noise } = await open(browser, name, { viewport: desktop });
    await openAll(page);
    same(noise, [], "noise");
    same(await page.locator("script").count(), 1, "scripts");
    same(await page.locator("img, iframe, object, embed, link, base, form").count(), 0, "foreign elements");
    same(await page.evaluate(() => [...document.querySelectorAll("*")].filter((x) => [...x.attributes].some((a) => /^on/i.test(a.name))).length), 0, "handlers");
    const text = await page.evaluate(() => document.documentElement.textContent);
    // eslint-disable-next-line no-control-regex
    holds(!/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/.test(text), "hidden characters on the page");
    holds(text.includes("<script>"), "the bundle's markup is not shown at all");
    holds(await page.evaluate(() => document.documentElement.outerHTML.length < 3e6), "over 3 MB");
    await context.close();
  });
}

// Markdown, as a renderer that lets HTML through shows it: nothing but our own elements.
async function markdown(browser, name) {
  await test(`${name}: what is rendered of it are our elements alone`, async () => {
    const html = require("markdown-it")({ html: true }).render(fs.readFileSync(path.join(folder, name), "utf8"));
    const context = await browser.newContext({ javaScriptEnabled: false });
    const page = await context.newPage();
    await page.setContent(html);
    const elements = await page.evaluate(() => [...new Set([...document.body.querySelectorAll("*")].map((x) => x.localName + [...x.attributes].map((a) => " " + a.name).join("")))].sort());
    const ours = ["blockquote", "br", "code", "code class", "details", "h1", "h2", "h3", "li", "ol", "ol start", "p", "pre", "strong", "summary", "table", "tbody", "td", "td style", "th", "th style", "thead", "tr", "ul"];
    same(elements.filter((x) => !ours.includes(x)), [], "foreign elements");
    holds(elements.includes("details") && elements.includes("code"), "no report");
    const text = await page.evaluate(() => document.body.textContent);
    holds(text.includes("<script>") && text.includes("<img src=x"), "the bundle's markup is not shown as it is");
    same(await page.evaluate(() => [...document.querySelectorAll("details")].filter((d) => !d.querySelector(":scope > summary") || d.closest("pre, code")).length), 0, "broken folds");
    await context.close();
  });
}

(async () => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  for (const name of ["sick.html", "sick.zh.html", "healthy.html", "hostile.html", "before.html", "diff.html"])
    for (const [viewport, scheme] of [[desktop, "light"], [phone, "dark"]]) await looks(browser, name, viewport, scheme);
  await looks(browser, "sick.html", desktop, "dark");
  await looks(browser, "sick.html", phone, "light");
  await withoutScript(browser);
  await filters(browser);
  await parts(browser);
  await print(browser);
  await hostile(browser, "hostile.html");
  await hostile(browser, "diff.html");
  await markdown(browser, "hostile.md");
  await markdown(browser, "diff.md");
  await browser.close();
  console.log(`1..${count}`);
  console.log(`${count - failed} passed, ${failed} failed`);
  process.exit(failed ? 1 : 0);
})();
