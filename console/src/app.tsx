// The frame around all pages: who is signed in, where one can go, one search box, language and colours.
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import { type ApiError, get, remove, setCsrf, whenSignedOut } from "./api";
import { ErrorBox, Loading } from "./ui/state";
import { followLinks, go, subjectPath, usePlace } from "./router";
import { pages } from "./pages";
import { SignIn } from "./pages/sign_in";
import { NoticeLink } from "./pages/notice_link";
import { ProofLink } from "./pages/proof_link";
import { ReportState } from "./pages/report_state";
import { Welcome } from "./pages/welcome";
import { language, setLanguage, t, useLanguage } from "./texts";
import type { Session } from "./types";

function useSession() {
  const [session, set] = useState<Session | null | undefined>(undefined);
  const [error, setError] = useState<ApiError>();
  const load = () => {
    setError(undefined);
    get<Session>("/session").then(
      (s) => {
        setCsrf(s.csrf);
        set(s);
      },
      (e: ApiError) => (e.status === 401 ? set(null) : setError(e)),
    );
  };
  useEffect(() => {
    whenSignedOut(() => set(null));
    load();
  }, []);
  const enter = (s: Session) => {
    setCsrf(s.csrf);
    set(s);
  };
  const leave = () => remove("/session").finally(() => set(null));
  return { session, error, load, enter, leave };
}

function useTheme(): [string, (theme: string) => void] {
  const [theme, set] = useState(localStorage.getItem("theme") ?? "auto");
  useEffect(() => {
    document.documentElement.dataset["theme"] = theme;
    localStorage.setItem("theme", theme);
  }, [theme]);
  return [theme, set];
}

function Search() {
  const [text, set] = useState("");
  useLayoutEffect(() => {
    const focus = (e: KeyboardEvent) => {
      if (e.key !== "/" || (e.target as Element).closest("input, textarea, select")) return;
      e.preventDefault();
      document.getElementById("search")?.focus();
    };
    addEventListener("keydown", focus);
    return () => removeEventListener("keydown", focus);
  }, []);
  return (
    <form
      role="search"
      class="search"
      onSubmit={(e) => {
        e.preventDefault();
        if (text.trim()) go(subjectPath(text.trim()));
      }}
    >
      <input id="search" type="search" value={text} onInput={(e) => set(e.currentTarget.value)} placeholder={t("Name, address, hash, verdict… ( / )")} aria-label={t("Search for anything")} autocomplete="off" spellcheck={false} />
    </form>
  );
}

function Preferences() {
  const [theme, setTheme] = useTheme();
  const next: Record<string, string> = { auto: "light", light: "dark", dark: "auto" };
  const names: Record<string, string> = { auto: t("Colours: as the system"), light: t("Colours: light"), dark: t("Colours: dark") };
  return (
    <div class="preferences">
      <button type="button" class="quiet" lang={language() === "ja" ? "en" : "ja"} onClick={() => setLanguage(language() === "ja" ? "en" : "ja")}>
        {language() === "ja" ? "English" : "日本語"}
      </button>
      <button type="button" class="quiet" onClick={() => setTheme(next[theme] ?? "auto")} title={names[theme]} aria-label={names[theme]}>
        {theme === "dark" ? "●" : theme === "light" ? "○" : "◐"}
      </button>
    </div>
  );
}

function Outside({ children }: { children: preact.ComponentChildren }) {
  return (
    <div class="outside">
      <header class="brand">
        <img src="/icon.svg" alt="" width="40" height="40" />
        <span>hinomi</span>
      </header>
      <main>{children}</main>
      <Preferences />
    </div>
  );
}

function Inside({ session, leave }: { session: Session; leave: () => void }) {
  const place = usePlace();
  const [open, setOpen] = useState(false);
  const allowed = pages.filter((p) => !p.permission || session.permissions[p.permission]);
  const current = allowed.find((p) => p.path === place.path);
  useEffect(() => setOpen(false), [place.path]);
  // At once: later it would take the focus from who has begun to type.
  useLayoutEffect(() => {
    document.title = current ? `${t(current.title)} – hinomi` : "hinomi";
    document.getElementById("main")?.focus({ preventScroll: true });
  }, [place.path, language()]);
  return (
    <div class={open ? "inside open" : "inside"}>
      <a class="skip" href="#main">
        {t("To the content")}
      </a>
      <header class="top">
        <button type="button" class="menu quiet" aria-expanded={open} aria-controls="nav" aria-label={t("Menu")} onClick={() => setOpen(!open)}>
          ☰
        </button>
        <a class="brand" href="/">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>hinomi</span>
        </a>
        {session.permissions["intelligence"] && <Search />}
        <Preferences />
        <div class="who">
          <a href="/settings">{session.name}</a>
          <button type="button" class="quiet" onClick={leave}>
            {t("Sign out")}
          </button>
        </div>
      </header>
      <nav id="nav" aria-label={t("Pages")}>
        <ul>
          {allowed
            .filter((p) => !p.hidden)
            .map((p) => (
              <li>
                <a href={p.path} aria-current={p === current ? "page" : undefined}>
                  {t(p.title)}
                </a>
              </li>
            ))}
        </ul>
      </nav>
      <main id="main" tabIndex={-1}>
        {current ? <current.view session={session} place={place} /> : <p class="empty">{t("There is no such page, or it is not for this account.")}</p>}
      </main>
    </div>
  );
}

export function App() {
  useLanguage();
  const place = usePlace();
  const { session, error, load, enter, leave } = useSession();
  useEffect(() => {
    document.addEventListener("click", followLinks);
    return () => document.removeEventListener("click", followLinks);
  }, []);
  if (place.path === "/welcome") {
    return (
      <Outside>
        <Welcome enter={enter} />
      </Outside>
    );
  }
  if (place.path.startsWith("/report/")) {
    return (
      <Outside>
        <ReportState reference={place.path.slice("/report/".length)} />
      </Outside>
    );
  }
  if (place.path === "/notice") {
    return (
      <Outside>
        <NoticeLink />
      </Outside>
    );
  }
  if (place.path === "/proof") {
    return (
      <Outside>
        <ProofLink />
      </Outside>
    );
  }
  if (session) return <Inside session={session} leave={leave} />;
  return <Outside>{error ? <ErrorBox error={error} again={load} /> : session === null ? <SignIn enter={enter} /> : <Loading />}</Outside>;
}
