// Debian's Chromium with the console in it, for tests/system/56-console.sh and tests/browser/screenshots: pages, sessions, complaints.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../console/package.json", import.meta.url));
const { chromium } = require("playwright-core");

const axeSource = require("axe-core").source;

export function fail(text) {
  throw new Error(text);
}

/** Until the condition holds; its value. */
export async function until(what, condition, seconds = 15) {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) fail(`not within ${seconds} s: ${what}`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/**
 * Opens the browser for work(page, context) and closes it. options: base (the address), session (a file: whose cookies are sent),
 * and what a context of Playwright takes. Errors that the browser or the page complains of fail it, but for who is not signed in yet.
 */
export async function withPage({ base, session, ...options }, work) {
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"] });
  const complaints = [];
  try {
    const context = await browser.newContext({
      baseURL: base,
      ignoreHTTPSErrors: true,
      locale: "en-GB",
      timezoneId: "Asia/Tokyo",
      viewport: { width: 1280, height: 900 },
      ...(session && existsSync(session) ? { storageState: session } : {}),
      ...options,
    });
    context.setDefaultTimeout(15000);
    await context.addInitScript(() => {
      addEventListener("securitypolicyviolation", (e) => console.error(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
    });
    context.on("console", (m) => {
      const asked = m.text().includes("401") && m.location().url.endsWith("/api/v1/session");
      if (m.type() === "error" && !asked) complaints.push(`${m.text()} (${m.location().url})`);
    });
    context.on("weberror", (e) => complaints.push(String(e.error())));
    const page = await context.newPage();
    await work(page, context, complaints);
  } finally {
    await browser.close();
  }
  if (complaints.length) fail(`the browser complains:\n${[...new Set(complaints)].join("\n")}`);
}

export async function see(page, title) {
  await page.getByRole("heading", { level: 1, name: title, exact: true }).waitFor();
}

/** Nothing on the page is being loaded any more, and nothing failed. */
export async function settled(page) {
  await page.locator("main h1").first().waitFor();
  await until("loaded", async () => (await page.locator(".loading").count()) === 0);
  const errors = await page.locator(".box.bad[role=alert]").allTextContents();
  if (errors.length) fail(`the page shows errors: ${errors.join(" | ")}`);
}

/** What axe-core finds, and what runs over the edge, in the colours for day and night; the page stays where it is. */
export async function flaws(page, name) {
  const found = [];
  await page.evaluate(axeSource);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    const violations = await page.evaluate(async () => (await window.axe.run(document, { resultTypes: ["violations"] })).violations.map((v) => `${v.id}: ${v.nodes.map((n) => `${n.target.join(" ")} ${n.any[0]?.message ?? n.all[0]?.message ?? ""}`).slice(0, 3).join("; ")}`));
    found.push(...violations.map((v) => `${name} ${colorScheme}: ${v}`));
    const over = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    if (over > 0) found.push(`${name} ${colorScheme}: ${over} px over the edge`);
  }
  return found;
}

/** Makes an account by an invitation; the session is kept in the file. */
export async function accept(page, context, word, name, password, file) {
  await page.goto(`/welcome#${word}`);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Make the account" }).click();
  await see(page, "Home");
  await settled(page);
  if (new URL(page.url()).hash) fail("the word stays in the address bar");
  await context.storageState({ path: file });
}

/** The pages of the menu and those beside it. */
export const allPages = ["/", "/live", "/review", "/subject?q=SUBJECT", "/subject", "/indicators", "/world", "/lists", "/members", "/members?name=hospital", "/notices", "/cases", "/cases?number=1", "/campaigns", "/reports", "/sharing", "/sources", "/system", "/accounts", "/audit", "/settings"];
