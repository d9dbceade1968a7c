// Uses the console as people do, for tests/system/56-console.sh: one step for each call.
//
//     node console.mjs BASE FOLDER STEP [ARGUMENT]...
//
// FOLDER keeps the sessions; figures.txt in it gets what was measured.
import { execFileSync, spawn } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { accept, allPages, fail, flaws, see, settled, until, withPage } from "./browser.mjs";

const [base, folder, step, ...rest] = process.argv.slice(2);
const session = (who) => `${folder}/${who}.json`;
const as = (who, work, options = {}) => withPage({ base, session: session(who), ...options }, work);
const figure = (text) => appendFileSync(`${folder}/figures.txt`, `${text}\n`);
const password = "correct horse battery";

function want(got, wanted, what) {
  if (got !== wanted) fail(`${what}: got ${JSON.stringify(got)}, wanted ${JSON.stringify(wanted)}`);
}

function digFrom(client, name) {
  execFileSync("dig", ["+short", "+tries=1", "+time=2", "-b", client, "@127.0.0.1", "-p", "5300", name]);
}

const table = (page, label) => page.getByRole("table", { name: label, exact: true });
const figureOf = (page, label) => page.locator(".figure", { has: page.locator(".label", { hasText: label }) }).locator(".value");

/** The word of a new invitation for an account of a member, made by whoever is signed in. */
async function invitation(page, role, member) {
  await page.goto("/accounts");
  await page.getByLabel("Role").selectOption(role);
  await page.getByLabel("Member", { exact: true }).fill(member);
  await page.getByRole("button", { name: "Make a link" }).click();
  return (await page.locator("code.link").textContent()).split("#")[1];
}

/** In both languages, from the English on: nothing may be found. */
async function bothLanguages(page, name) {
  const found = await flaws(page, `${name} en`);
  await page.getByRole("button", { name: "日本語" }).click();
  found.push(...(await flaws(page, `${name} ja`)));
  await page.getByRole("button", { name: "English" }).click();
  if (found.length) fail(found.join("\n"));
}

/** The browser itself notes answers that are errors; these were wanted. */
function expected(complaints, path) {
  complaints.splice(0, complaints.length, ...complaints.filter((c) => !c.includes(path)));
}

const steps = {
  async first(word) {
    await as("root", async (page, context) => {
      await accept(page, context, word, "root", password, session("root"));
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Name").fill("root");
      await page.getByLabel("Password").fill("wrong wrong wrong");
      await page.getByRole("button", { name: "Sign in" }).click();
      await page.getByRole("alert").waitFor();
      await page.getByLabel("Password").fill(password);
      await page.getByRole("button", { name: "Sign in" }).click();
      await see(page, "Home");
      await context.storageState({ path: session("root") });
    });
  },

  async block(name) {
    await as("root", async (page) => {
      await page.goto("/");
      await see(page, "Home");
      await page.keyboard.press("/");
      await page.keyboard.type(`${name}\n`);
      await see(page, name);
      await settled(page);
      await page.getByLabel("Reason (stands in the ledger)").fill("seen by hand");
      await page.getByRole("button", { name: "Block", exact: true }).click();
      await figureOf(page, "At the resolver").getByText("blocked (no such name)").waitFor();
    });
  },

  async import(file, name, count) {
    await as("root", async (page) => {
      await page.goto("/lists");
      await page.getByLabel("File").setInputFiles(file);
      await page.getByLabel("Only observe: record what it would block").uncheck();
      await page.getByRole("button", { name: "Import", exact: true }).click();
      await page.getByRole("status").getByText(`${count} names`).waitFor();
      await table(page, "Lists").getByText(name).waitFor();
    });
  },

  async home(name) {
    await as("root", async (page) => {
      await until("home shows what was blocked", async () => {
        await page.goto("/");
        await settled(page);
        return (await table(page, "Most blocked").getByText(name).count()) > 0 && (await table(page, "Threats on the rise").getByText(name).count()) > 0;
      });
      await page.locator("figure.chart canvas").waitFor();
      const text = await page.locator("figure.chart").getAttribute("aria-label");
      if (!/Blocked: [1-9]/.test(text)) fail(`the chart says ${text}`);
    });
  },

  /** Keys only: the first is confirmed, the second is a false positive. Prints the two. */
  async review() {
    await as("root", async (page) => {
      await page.goto("/review");
      await settled(page);
      const selected = () => page.locator("tr[aria-selected=true] .subject").textContent();
      const rows = page.locator("tr[aria-selected]");
      const count = await rows.count();
      if (count < 3) fail(`${count} wait`);
      const [first, second] = await page.locator("tr[aria-selected] .subject").allTextContents();
      want(await selected(), first, "at the beginning");
      await page.keyboard.press("j");
      await until("j moves down", async () => (await selected()) === second);
      await page.keyboard.press("k");
      await until("k moves up", async () => (await selected()) === first);
      for (let i = 0; i < 60 && !(await page.evaluate(() => document.activeElement?.matches("tr[aria-selected=true]"))); i++) await page.keyboard.press("Tab");
      await page.keyboard.press("ArrowDown");
      await until("the arrow moves", async () => (await selected()) === second);
      want(await page.evaluate(() => document.activeElement?.matches("tr[aria-selected=true]")), true, "the focus goes along");
      await page.keyboard.press("ArrowUp");
      await until("and back", async () => (await selected()) === first);
      await page.keyboard.press("b");
      await until("the first is decided", async () => (await selected()) === second);
      await until("it is gone", async () => (await rows.count()) === count - 1);
      await until("the focus goes to the next", () => page.evaluate(() => document.activeElement?.matches("tr[aria-selected=true]")));
      await page.keyboard.press("f");
      await until("the second is gone", async () => (await rows.count()) === count - 2);
      await page.getByRole("status").getByText(`${count - 2} waiting for a decision · 2 decided now`).waitFor();
      console.log(first, second);
    });
  },

  async language(name) {
    await as("root", async (page) => {
      await page.goto(`/subject?q=${name}`);
      await settled(page);
      await page.evaluate(() => {
        window.marker = 1;
      });
      const made = page.getByRole("region", { name: "Verdicts", exact: true }).getByRole("table").locator("time").first();
      const english = [await made.getAttribute("title"), await made.textContent()];
      await page.getByRole("button", { name: "日本語" }).click();
      await page.getByRole("heading", { level: 2, name: "評価の理由" }).waitFor();
      const other = page.getByRole("region", { name: "判定", exact: true }).getByRole("table").locator("time").first();
      const japanese = [await other.getAttribute("title"), await other.textContent()];
      if (!/^\d{1,2} [A-Z][a-z]{2} \d{4}/.test(english[0]) || !/^\d{4}\/\d{2}\/\d{2}/.test(japanese[0])) fail(`dates: ${english[0]}, ${japanese[0]}`);
      if (!/ago|now/.test(english[1]) || !/前|今/.test(japanese[1])) fail(`lengths of time: ${english[1]}, ${japanese[1]}`);
      want(await page.evaluate(() => document.documentElement.lang), "ja", "the language of the page");
      await page.getByRole("link", { name: "ホーム" }).click();
      await page.locator(".u-legend").getByText("時刻").waitFor();
      want(await page.evaluate(() => window.marker), 1, "the page was loaded anew");
      await page.getByRole("button", { name: "English" }).click();
      await see(page, "Home");
      await page.locator(".u-legend").getByText("Time").waitFor();
    });
  },

  /** What a list would block is told beside it: so many answers, of so many names, for whom. */
  async effect(list, answers, names, member) {
    await as("root", async (page) => {
      await page.goto("/lists");
      await settled(page);
      await table(page, "Lists").getByRole("row", { name: list }).getByRole("button", { name: "What would it block?" }).click();
      const panel = page.getByRole("region", { name: `What would it block? ${list}` });
      await panel.locator(".figure").first().waitFor();
      const figure = await panel.locator(".figure", { hasText: "Answers it alone would block" }).innerText();
      if (!new RegExp(`\\b${answers}\\b[^]*\\b${names} names`).test(figure)) fail(`the figure says ${figure}`);
      await panel.getByRole("cell", { name: member, exact: true }).first().waitFor();
    });
  },

  /** A notice is seen by the centre and by its member, who says what was done; no other member's is. */
  async notices(own, other, name) {
    let word;
    await as("root", async (page) => {
      await until("notices of both members", async () => {
        await page.goto("/notices");
        await settled(page);
        const rows = page.getByRole("grid", { name: "Notices", exact: true });
        return (await rows.getByRole("row", { name: own }).count()) > 0 && (await rows.getByRole("row", { name: other }).count()) > 0;
      });
      await page.getByRole("grid", { name: "Notices", exact: true }).getByRole("row", { name: own }).first().click();
      await table(page, "Subjects").getByText(name).waitFor();
      word = await invitation(page, "operator", own);
    });
    await as("operator", async (page, context) => {
      await accept(page, context, word, "operator", password, session("operator"));
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Notices" }).click();
      await see(page, "Notices");
      await settled(page);
      if ((await page.locator("main").innerText()).includes(other)) fail("another member's notice is shown");
      await page.getByRole("grid", { name: "Notices", exact: true }).getByRole("row").nth(1).click();
      await page.getByLabel("What was found and done").fill("one PC, made anew");
      await page.getByRole("button", { name: "We acted" }).click();
      await page.locator(".report-text", { hasText: "one PC, made anew" }).waitFor();
    });
    await as("root", async (page) => {
      await page.goto("/notices?state=acted");
      await settled(page);
      await page.getByRole("grid", { name: "Notices", exact: true }).getByRole("row", { name: own }).first().click();
      await page.locator(".report-text", { hasText: "one PC, made anew" }).waitFor();
    });
  },

  /** A case is opened on the page of a subject, worked on, shared with a member, who sees what is for it, and closed. */
  async cases(subject, own) {
    let word;
    await as("root", async (page) => {
      word = await invitation(page, "operator", own);
      await page.goto(`/subject?q=${subject}`);
      await settled(page);
      const panel = page.getByRole("region", { name: "Cases", exact: true });
      await panel.getByRole("button", { name: "Open a case" }).click();
      await panel.getByLabel("Title of the case").fill("beacons");
      await panel.locator("form.form").getByRole("button", { name: "Open a case" }).click();
      await see(page, "Case 1: beacons");
      await table(page, "Subjects").getByText(subject).waitFor();
      await page.getByLabel("Note; it is not edited afterwards").fill("<b>seen by the SOC</b>");
      await page.getByRole("button", { name: "Write it down" }).click();
      await page.locator(".timeline", { hasText: "<b>seen by the SOC</b>" }).waitFor();
      const members = page.getByRole("region", { name: "Members concerned" });
      await members.getByLabel("Member").fill(own);
      await members.getByRole("button", { name: "Add" }).click();
      await members.getByText(own).waitFor();
      await page.getByLabel("Shared with the members that it concerns").click();
      await figureOf(page, "Who sees it").getByText("centre and its members").waitFor();
    });
    await as("operator", async (page, context) => {
      await accept(page, context, word, "operator", password, session("operator"));
      await page.getByRole("navigation", { name: "Pages" }).getByRole("link", { name: "Cases" }).click();
      await page.getByRole("link", { name: "beacons" }).click();
      await see(page, "Case 1: beacons");
      await table(page, "Subjects").getByText(subject).waitFor();
      await settled(page);
      const text = await page.locator("main").innerText();
      if (text.includes("SOC") || text.includes("root") || (await page.getByRole("button", { name: "Close the case" }).count()) > 0) fail(`the member sees: ${text}`);
      const answer = page.getByRole("region", { name: "Answer the centre" });
      await answer.getByLabel("Answer; other members do not see it").fill("<i>one PC, cleaned</i>");
      await answer.getByRole("button", { name: "Send" }).click();
      await page.locator(".timeline", { hasText: "<i>one PC, cleaned</i>" }).waitFor();
    });
    await as("root", async (page) => {
      await page.goto("/");
      await figureOf(page, "Members answered").getByText("1", { exact: true }).waitFor();
      await page.locator(".figure", { hasText: "Members answered" }).getByRole("link", { name: "Cases" }).click();
      const row = table(page, "Cases").getByRole("row", { name: /beacons/ });
      await row.getByText("a member answered").waitFor();
      want(await page.getByLabel("only where a member answered").isChecked(), true, "the choice is shown");
      await row.getByRole("link", { name: "beacons" }).click();
      await page.locator(".timeline li", { hasText: "<i>one PC, cleaned</i>" }).getByText(`${own}: answer`).waitFor();
      await page.getByLabel("Outcome").selectOption("handed-over");
      await page.getByRole("button", { name: "Close the case" }).click();
      await figureOf(page, "State").getByText("handed over").waitFor();
      await page.locator(".timeline", { hasText: "state: open → closed" }).waitFor();
      await page.goto("/cases?answered=true");
      await page.getByText("There is no case here.").waitFor();
    });
  },

  /** A recipient gets a file of what may be told of the case: the given names and no other; one that is none is told so. */
  async give_case(recipient, ...names) {
    await as("root", async (page, _, complaints) => {
      await page.goto("/cases?number=1");
      await settled(page);
      const panel = page.getByRole("region", { name: "Give it to a recipient" });
      const save = async (to) => {
        await panel.getByLabel("Recipient").fill(to);
        await panel.getByRole("button", { name: "Save as STIX" }).click();
      };
      await save("nobody");
      await panel.getByRole("alert").getByText("no recipient of that name").waitFor();
      expected(complaints, "/cases/1/export");
      const coming = page.waitForEvent("download");
      await save(recipient);
      const file = await coming;
      want(file.suggestedFilename(), "case-1.json", "the name of the file");
      const { type, objects } = JSON.parse(readFileSync(await file.path(), "utf8"));
      want([type, ...objects.filter((o) => o.type === "indicator").map((o) => /value = '([^']*)'/.exec(o.pattern)[1])].join(), ["bundle", ...names].join(), "what it has");
      await panel.getByRole("status").getByText(`${names.length} indicators for ${recipient}`).waitFor();
      await bothLanguages(page, "given to a recipient");
    });
  },

  /** A contact is asked by mail whether what is claimed is the member's. */
  async ask_proof(member, value, mail) {
    await as("root", async (page) => {
      await page.goto(`/members?name=${member}`);
      await settled(page);
      const claim = page.getByRole("region", { name: "Networks and names" }).getByRole("listitem").filter({ hasText: value });
      await claim.getByText("no proof yet").waitFor();
      await claim.getByLabel("Who is asked").selectOption({ label: await claim.locator("option", { hasText: mail }).textContent() });
      await claim.getByRole("button", { name: "Ask by mail" }).click();
      await claim.getByRole("status").getByText(`A mail is on its way to ${mail}`).waitFor();
      await bothLanguages(page, "asked by mail");
    });
  },

  /** The link of a mail in Japanese, opened by who is not signed in: it asks in that language, a button answers, and it is good once. */
  async proof(link, value, title) {
    const { pathname, hash } = new URL(link);
    await withPage({ base }, async (page, _, complaints) => {
      await page.goto(pathname + hash);
      await see(page, "センターからの確認");
      await page.locator("strong.subject").getByText(value, { exact: true }).waitFor();
      await page.getByText(title).waitFor();
      await page.getByRole("button", { name: "English" }).click();
      await see(page, "A question of the centre");
      await bothLanguages(page, "question of a proof");
      await page.getByRole("button", { name: "Yes, it is" }).click();
      await page.getByRole("status").getByText("Thank you: it is proved now.").waitFor();
      want(await page.getByRole("button", { name: "No, it is not" }).count(), 0, "a second answer is offered");
      await bothLanguages(page, "answer of a proof");
      await page.reload();
      await page.getByRole("alert").getByText("it was answered, or is too old").waitFor();
      want(await page.getByText(value).count() + (await page.getByRole("button", { name: "Yes, it is" }).count()), 0, "a used link still asks");
      await bothLanguages(page, "used link of a proof");
      expected(complaints, "/api/v1/proofs/open");
    });
  },

  /** A link that no mail has: told so in both languages, and again when it is tried again. */
  async wrong_proof(word) {
    await withPage({ base }, async (page, _, complaints) => {
      await page.goto(`/proof#${word}`);
      await page.getByRole("alert").getByText("no mail has that link").waitFor();
      want(await page.getByRole("button", { name: "Yes, it is" }).count(), 0, "a wrong link asks");
      await bothLanguages(page, "wrong link of a proof");
      await page.getByRole("button", { name: "日本語" }).click();
      await page.getByRole("button", { name: "再試行" }).click();
      await page.getByRole("alert").getByText("メール").waitFor();
      expected(complaints, "/api/v1/proofs/open");
    });
  },

  /** What is claimed is shown as proved, with who said so; what is not, as it was. */
  async proved(member, value, mail, other) {
    await as("root", async (page) => {
      await page.goto(`/members?name=${member}`);
      await settled(page);
      const claims = page.getByRole("region", { name: "Networks and names" }).getByRole("listitem");
      const proved = claims.filter({ hasText: value });
      await proved.locator(".tag.good").getByText("mail", { exact: true }).waitFor();
      await proved.getByText(`yes of ${mail}`).waitFor();
      await claims.filter({ hasText: other }).getByText("no proof yet").waitFor();
    });
  },

  /** A member's operator has its webhook: what may not be is refused, the secret is shown once and kept in secretFile, a reader only looks. */
  async webhook(own, url, secretFile) {
    let word;
    let readersWord;
    const open = async (page) => {
      await page.goto("/members");
      await settled(page);
      return page.getByRole("region", { name: "Webhook of its own" });
    };
    await as("root", async (page) => {
      word = await invitation(page, "operator", own);
      readersWord = await invitation(page, "reader", own);
    });
    await as("operator", async (page, context, complaints) => {
      await accept(page, context, word, "operator", password, session("operator"));
      let panel = await open(page);
      await panel.getByText("None: it is told by mail and here.").waitFor();
      await panel.getByLabel("URL").fill(url.replace("https:", "http:"));
      await panel.getByRole("button", { name: "Save" }).click();
      await panel.getByRole("alert").getByText("url is https").waitFor();
      await bothLanguages(page, "webhook refused");
      expected(complaints, `/members/${own}/webhook`);
      await panel.getByLabel("URL").fill(url);
      await panel.getByRole("button", { name: "Save" }).click();
      const first = await panel.getByRole("status").locator("code").textContent();
      if (!/^[\w-]{40,}$/.test(first)) fail(`the secret is ${first}`);
      await panel.getByRole("button", { name: "Save, with a new secret" }).click();
      await until("another secret", async () => (await panel.getByRole("status").locator("code").textContent()) !== first);
      writeFileSync(secretFile, await panel.getByRole("status").locator("code").textContent());
      await bothLanguages(page, "secret of a webhook");
      panel = await open(page);
      await panel.getByText(url).waitFor();
      want(await panel.getByRole("status").count(), 0, "the secret is shown a second time");
      if ((await page.content()).includes(readFileSync(secretFile, "utf8"))) fail("the secret stands in the page");
    });
    await as("reader", async (page, context) => {
      await accept(page, context, readersWord, "reader", password, session("reader"));
      const panel = await open(page);
      await panel.getByText(url).waitFor();
      want(await panel.getByRole("button").count(), 0, "a reader may change it");
    });
  },

  /** Its last call is shown; then the operator removes it. */
  async webhook_gone(url) {
    await as("operator", async (page) => {
      const panel = page.getByRole("region", { name: "Webhook of its own" });
      await until("the last call was taken", async () => {
        await page.goto("/members");
        await settled(page);
        return (await panel.getByText("taken by the server").count()) > 0;
      });
      await bothLanguages(page, "last call of a webhook");
      await panel.getByRole("button", { name: "Remove" }).click();
      await panel.getByText("None: it is told by mail and here.").waitFor();
      await page.reload();
      await panel.getByText("None: it is told by mail and here.").waitFor();
      want(await panel.getByText(url).count(), 0, "the webhook is still there");
    });
  },

  /** A campaign is begun, shown with how many it told, and ended. */
  async campaign(name) {
    await as("root", async (page) => {
      await page.goto("/campaigns");
      await settled(page);
      await page.getByRole("button", { name: "A new campaign" }).click();
      const form = page.getByRole("region", { name: "A new campaign" });
      await form.getByLabel("Name", { exact: true }).fill(name);
      await form.getByLabel("phishing").check();
      await form.getByLabel("Held back by chance", { exact: false }).fill("20");
      await form.getByRole("button", { name: "Begin" }).click();
      const panel = page.getByRole("region", { name, exact: true });
      await panel.getByText("runs").waitFor();
      await panel.getByText("20 %").waitFor();
      await panel.getByText("Not enough findings yet to tell whether it helps.").waitFor();
      page.on("dialog", (dialog) => dialog.accept());
      await panel.getByRole("button", { name: "End" }).click();
      await panel.getByText("ended").waitFor();
    });
  },

  /** The chart is drawn anew in the colours that the system changes to. */
  async colors() {
    await as("root", async (page) => {
      await page.goto("/");
      await page.locator("figure.chart canvas").waitFor();
      const picture = () => page.locator("figure.chart canvas").first().evaluate((c) => c.toDataURL());
      const light = await picture();
      await page.emulateMedia({ colorScheme: "dark" });
      await until("the chart changes", async () => (await picture()) !== light);
    });
  },

  /** Members as the API takes them, each with a title, a network and a prefecture. */
  async members(...names) {
    await as("root", async (page) => {
      await page.goto("/members");
      const answers = await page.evaluate(async (names) => {
        const { csrf } = await (await fetch("/api/v1/session")).json();
        const made = names.map((name, i) => ({ title: `Title of ${name}`, sector: "government", prefecture: 13 + i, note: "", networks: [{ value: `192.0.2.${i * 16}/28`, proof: "paper", reference: "letter 1" }], names: [], contacts: [] }));
        return Promise.all(names.map(async (name, i) => (await fetch(`/api/v1/members/${name}`, { method: "POST", headers: { "Content-Type": "application/json", "X-CSRF-Token": csrf }, body: JSON.stringify(made[i]) })).text()));
      }, names);
      await page.reload();
      await settled(page);
      for (const name of names) if ((await page.getByText(`Title of ${name}`).count()) === 0) fail(`no ${name}: ${answers.join()}`);
    });
  },

  /** Of more members than an answer has, all are there, and go out and in again as they are. */
  async many_members(count, folder) {
    await as("root", async (page, context, complaints) => {
      const textOf = (name) => page.evaluate(async (name) => JSON.stringify((await (await fetch(`/api/v1/members?member=${name}`)).json()).rows.map((m) => [m.title, m.note, m.contacts])), name);
      await page.goto("/members");
      await settled(page);
      await page.getByRole("region", { name: "Members", exact: true }).getByText(Number(count).toLocaleString("en-GB"), { exact: true }).waitFor();
      await page.getByLabel("Part of a name").fill("z-last");
      await table(page, "Members").getByText("=1+1").waitFor();
      want(await page.locator("tbody tr").count(), 1, "rows that are found");
      const before = await textOf("z-last");
      const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save as CSV" }).click()]);
      await download.saveAs(`${folder}/out.csv`);
      const lines = readFileSync(`${folder}/out.csv`, "utf8").trim().split("\r\n");
      want(lines.length, Number(count) + 1, "lines of the file");
      const last = lines.find((l) => l.startsWith("z-last"));
      if (!last.includes(",'=1+1,")) fail(`a formula: ${last}`);
      writeFileSync(`${folder}/in.csv`, `${lines[0]}\r\n${last}\r\n`);
      await page.getByLabel("Take CSV in").setInputFiles(`${folder}/in.csv`);
      await page.getByRole("status").getByText("1 members taken in").waitFor();
      want(await textOf("z-last"), before, "what went out and came in");
      writeFileSync(`${folder}/in.csv`, `${lines[0]}\r\n${last.replace(" en", " fr")}\r\n`);
      await page.getByLabel("Take CSV in").setInputFiles(`${folder}/in.csv`);
      await page.getByRole("alert").getByText("line 2").waitFor();
      want(await textOf("z-last"), before, "what could not be read");
    });
  },

  /** Of more reports than an answer has, the older ones are a button away. */
  async older_reports(count) {
    await as("root", async (page) => {
      await page.goto("/reports");
      await settled(page);
      const rows = page.locator("tr[aria-selected]");
      want(await rows.count(), 200, "reports on the first page");
      await page.getByRole("button", { name: "Older ones" }).click();
      await until("the older ones", async () => (await rows.count()) === Number(count) - 200);
      want(await page.getByRole("button", { name: "Older ones" }).count(), 0, "buttons for what is not there");
    });
  },

  /** An account of a member, by invitation: what it sees, and what it does not. */
  async walls(own, other) {
    let word;
    await as("root", async (page) => {
      word = await invitation(page, "reader", own);
    });
    await as("reader", async (page, context, complaints) => {
      await accept(page, context, word, "reader", password, session("reader"));
      const links = await page.getByRole("navigation", { name: "Pages" }).getByRole("link").allTextContents();
      for (const name of ["Review", "Search", "Indicators", "Lists", "Sharing", "Sources", "System", "Accounts", "Audit"])
        if (links.includes(name)) fail(`the menu has ${name}`);
      for (const path of ["/review", "/subject?q=a.example", "/indicators", "/lists", "/sharing", "/sources", "/system", "/accounts", "/audit"]) {
        await page.goto(path);
        await page.getByText("There is no such page, or it is not for this account.").waitFor();
      }
      await page.goto("/members");
      await settled(page);
      const members = await page.locator("main").innerText();
      if (!members.includes(`Title of ${own}`) || members.includes(`Title of ${other}`)) fail(`members: ${members}`);
      await page.goto("/live");
      await page.getByText("connected", { exact: false }).first().waitFor();
      await until("its own answers, as they are given", async () => {
        digFrom("127.0.0.3", `live-of-${other}.example`);
        digFrom("127.0.0.2", `live-of-${own}.example`);
        return (await page.getByText(`live-of-${own}.example`).count()) > 0;
      });
      if ((await page.content()).includes(`live-of-${other}`)) fail("the live log shows another member's answers");
      await until("home shows its own", async () => {
        await page.goto("/");
        await settled(page);
        return (await page.locator(".sum").first().textContent()).match(/[1-9]/);
      });
      if ((await page.locator("main").innerText()).includes(other)) fail("home shows another member");
      // What the page does not offer is not given to who asks beside the page either.
      const foreign = await page.evaluate(async (m) => {
        const texts = [];
        for (const path of [`/log?limit=100&member=${m}`, `/top?what=names&member=${m}`, `/events?log=true&member=${m}`]) {
          const control = new AbortController();
          setTimeout(() => control.abort(), 1500);
          try {
            const answer = await fetch(`/api/v1${path}`, { signal: control.signal });
            texts.push(await answer.text());
          } catch {
            texts.push("");
          }
        }
        return texts.join("\n");
      }, other);
      if (foreign.includes(`of-${other}`)) fail("the API gives another member's rows");
      complaints.splice(0, complaints.length, ...complaints.filter((c) => !c.includes("/api/v1/events?log=true&member=")));
    });
  },

  /** 5,000 answers a second: the page goes on drawing, and counts what the node counts. */
  async live(load, names, seconds, rate) {
    await as("root", async (page) => {
      const observed = () => page.evaluate(async () => (await (await fetch("/api/v1/status")).json()).recording.observed);
      await page.goto("/live");
      await page.locator(".dot.good").waitFor();
      const total = async () => Number(await page.locator("[data-total]").getAttribute("data-total"));
      await until("the stream counts", async () => (digFrom("127.0.0.1", "start.example"), (await total()) > 0));
      await until("at rest", async () => {
        const before = await observed();
        await new Promise((done) => setTimeout(done, 600));
        return before === (await observed());
      });
      const nodeBefore = await observed();
      const pageBefore = await total();
      await page.evaluate(() => {
        window.drawn = { frames: 0, changes: 0 };
        const frame = () => (window.drawn.frames++, requestAnimationFrame(frame));
        frame();
        new MutationObserver(() => window.drawn.changes++).observe(document.querySelector("main"), { subtree: true, childList: true, characterData: true });
      });
      const loading = spawn(load, ["5300", names, seconds, String(process.pid), rate], { stdio: ["ignore", "pipe", "inherit"] });
      let said = "";
      loading.stdout.on("data", (d) => (said += d));
      const ended = new Promise((done) => loading.on("exit", done));
      let samples = 0;
      let moved = 0;
      let last = "";
      while (loading.exitCode === null) {
        await Promise.race([ended, new Promise((done) => setTimeout(done, 1000))]);
        const now = await page.locator("tbody tr").first().textContent();
        samples++;
        if (now !== last) moved++;
        last = now;
      }
      const result = JSON.parse(said);
      const drawn = await page.evaluate(() => window.drawn);
      await until("the page counts what the node counts", async () => (await total()) - pageBefore === (await observed()) - nodeBefore);
      const counted = (await total()) - pageBefore;
      const summary = await page.locator(".sum").textContent();
      figure(`live log: ${Math.round(result.qps)} answers/s, ${counted} counted by node and page alike; ${drawn.changes} redraws and ${drawn.frames} frames in ${seconds} s; the page says: ${summary}`);
      if (counted < result.received) fail(`counted ${counted}, the load got ${result.received}`);
      if (moved < samples * 0.7) fail(`the page stood still: ${moved} of ${samples} looks showed something new`);
      await page.getByRole("button", { name: "Pause" }).click();
      await page.getByRole("button", { name: "Go on" }).waitFor();
    });
  },

  /** What is old is said to be old. */
  async stale() {
    await as("root", async (page) => {
      const status = async (change) =>
        page.route("**/api/v1/status", async (route) => {
          const answer = await route.fetch();
          const body = await answer.json();
          Object.assign(body.recording, change);
          await route.fulfill({ json: body });
        });
      await status({ newest_row_s_ago: 3, rows_per_second: 10 });
      await page.goto("/");
      await settled(page);
      want(await page.locator("[data-stale]").count(), 0, "nothing is old");
      await status({ newest_row_s_ago: 300, rows_per_second: 10 });
      await page.reload();
      await page.locator("[data-stale=bad]").getByText("5 minutes ago").waitFor();
      await status({ newest_row_s_ago: 300, rows_per_second: 0 });
      await page.reload();
      await page.locator("[data-stale=warn]").getByText("5 minutes ago").waitFor();
    });
  },

  /** Every page in both languages, both sets of colours, wide and on a phone: axe-core finds nothing, and nothing runs over the edge. */
  async access(subject, width) {
    const found = [];
    await as(
      "root",
      async (page) => {
        for (const path of allPages) {
          await page.emulateMedia({ colorScheme: "light" });
          await page.goto(path.replace("SUBJECT", encodeURIComponent(subject)));
          await settled(page);
          found.push(...(await flaws(page, `${path} en`)));
          await page.getByRole("button", { name: "日本語" }).click();
          found.push(...(await flaws(page, `${path} ja`)));
          await page.getByRole("button", { name: "English" }).click();
        }
      },
      { viewport: { width: Number(width), height: 844 } },
    );
    await withPage({ base, viewport: { width: Number(width), height: 844 } }, async (page) => {
      await page.goto("/");
      await see(page, "Sign in");
      found.push(...(await flaws(page, "sign-in")));
    });
    if (found.length) fail(found.join("\n"));
  },

  /** How long the first page takes, measured only. */
  async paint() {
    await as("root", async (page) => {
      await page.goto("/");
      await settled(page);
      const [first, size] = await page.evaluate(() => [performance.getEntriesByName("first-contentful-paint")[0]?.startTime, performance.getEntriesByType("resource").reduce((n, r) => n + (/\/assets\//.test(r.name) ? r.encodedBodySize : 0), 0)]);
      figure(`first paint: ${Math.round(first)} ms; scripts and styles of home: ${size} octets as sent`);
    });
  },
};

try {
  await steps[step](...rest);
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
