// The pictures of the guide: each page in English and Japanese: screenshots.mjs BASE SESSION OUTPUT.
import { execFileSync } from "node:child_process";
import { settled, until, withPage } from "./browser.mjs";

const [base, session, output] = process.argv.slice(2);
const pages = [
  ["home", "/"],
  ["live", "/live"],
  ["review", "/review"],
  ["subject", "/subject?q=updates-cdn.example"],
  ["indicators", "/indicators"],
  ["world", "/world"],
  ["lists", "/lists"],
  ["members", "/members"],
  ["notices", "/notices"],
  ["cases", "/cases"],
  ["case", "/cases?number=1"],
  ["campaigns", "/campaigns"],
  ["reports", "/reports"],
  ["sharing", "/sharing"],
  ["sources", "/sources"],
  ["system", "/system"],
  ["accounts", "/accounts"],
  ["audit", "/audit"],
  ["settings", "/settings"],
];

for (const [language, locale] of [
  ["en", "en-GB"],
  ["ja", "ja-JP"],
]) {
  await withPage({ base, session, locale, viewport: { width: 1100, height: 720 } }, async (page) => {
    for (const [name, path] of pages) {
      await page.goto(path);
      if (name === "live") {
        await page.locator(".dot.good").waitFor();
        await until("rows", async () => {
          for (const n of ["portal", "bank-check", "library"]) execFileSync("dig", ["+short", "-b", "127.0.0.2", "@127.0.0.1", "-p", "5300", `${n}.example`]);
          return (await page.locator("tbody tr").count()) >= 9;
        });
      }
      await settled(page);
      await page.waitForTimeout(500);
      // Of the world the map alone: which addresses stand below it, drawn at random, is nobody's business.
      await page.setViewportSize({ width: 1100, height: name === "home" || name === "subject" ? 1000 : name === "world" ? 590 : 640 });
      await page.screenshot({ path: `${output}/${name}-${language}.png` });
    }
  });
}
