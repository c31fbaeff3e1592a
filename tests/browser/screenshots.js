// Pictures of a report as README shows them. usage: node screenshots.js PAGE FOLDER; NODE_PATH names the modules
"use strict";
const path = require("path");
const { chromium } = require("playwright-core");

const [page, folder] = process.argv.slice(2).map((p) => path.resolve(p));
const shots = [
  { name: "report.png", viewport: { width: 1080, height: 1180 }, colorScheme: "light" },
  { name: "report-dark.png", viewport: { width: 1080, height: 760 }, colorScheme: "dark", at: "#timeline" },
  { name: "report-phone.png", viewport: { width: 390, height: 844 }, colorScheme: "light" },
];

(async () => {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  for (const { name, viewport, colorScheme, at } of shots) {
    const context = await browser.newContext({ viewport, colorScheme });
    const tab = await context.newPage();
    await tab.goto("file://" + page + (at || ""));
    await tab.screenshot({ path: path.join(folder, name) });
    await context.close();
  }
  await browser.close();
})().catch((e) => { console.error(e); process.exit(1); });
