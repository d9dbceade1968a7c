// The pages, in the order of the menu, and who may see them.
import type { ComponentType } from "preact";
import type { Place } from "../router";
import type { Key } from "../texts";
import type { Session } from "../types";
import { Accounts } from "./accounts";
import { Audit } from "./audit";
import { Campaigns } from "./campaigns";
import { Cases } from "./cases";
import { Home } from "./home";
import { Indicators } from "./indicators";
import { Lists } from "./lists";
import { Live } from "./live";
import { Members } from "./members";
import { Notices } from "./notices";
import { Reports } from "./reports";
import { Review } from "./review";
import { Settings } from "./settings";
import { Sharing } from "./sharing";
import { Sources } from "./sources";
import { Subject } from "./subject";
import { System } from "./system";
import { WorldPage } from "./world";

export interface PageProps {
  session: Session;
  place: Place;
}

export interface PageOf {
  path: string;
  title: Key;
  permission?: string;
  hidden?: boolean;
  view: ComponentType<PageProps>;
}

export const pages: PageOf[] = [
  { path: "/", title: "Home", permission: "log", view: Home },
  { path: "/live", title: "Live log", permission: "log", view: Live },
  { path: "/review", title: "Review", permission: "intelligence", view: Review },
  { path: "/reports", title: "Reports", permission: "report", view: Reports },
  { path: "/subject", title: "Search", permission: "intelligence", view: Subject },
  { path: "/cases", title: "Cases", permission: "cases", view: Cases },
  { path: "/indicators", title: "Indicators", permission: "intelligence", view: Indicators },
  { path: "/world", title: "World", permission: "intelligence", view: WorldPage },
  { path: "/lists", title: "Lists", permission: "lists", view: Lists },
  { path: "/members", title: "Members", permission: "members", view: Members },
  { path: "/notices", title: "Notices", permission: "notices", view: Notices },
  { path: "/campaigns", title: "Campaigns", permission: "campaigns", view: Campaigns },
  { path: "/sharing", title: "Sharing", permission: "sharing", view: Sharing },
  { path: "/sources", title: "Sources", permission: "intelligence", view: Sources },
  { path: "/system", title: "System", permission: "status", view: System },
  { path: "/accounts", title: "Accounts", permission: "accounts", view: Accounts },
  { path: "/audit", title: "Audit", permission: "audit", view: Audit },
  { path: "/settings", title: "My account", permission: "self", hidden: true, view: Settings },
];
