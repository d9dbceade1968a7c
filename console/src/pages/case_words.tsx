// What all pages about cases share: the words of states and levels, and the address of a case.
import { word } from "../texts";
import { Tag } from "../ui/parts";

export const caseStates = ["open", "waiting", "closed"];
export const severities = ["low", "medium", "high", "critical"];
export const levels = ["clear", "green", "amber", "amber+strict", "red"];

export function casePath(of: number): string {
  return `/cases?number=${of}`;
}

/** State and outcome in one word each. */
export function CaseState({ of: c }: { of: { state: string; outcome?: string } }) {
  return (
    <>
      <Tag of={`case-${c.state}`} />
      {c.outcome && c.outcome !== "none" && <span class="muted"> {word(c.outcome)}</span>}
    </>
  );
}
