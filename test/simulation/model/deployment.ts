import { constantFrom, record, type Arbitrary } from "fast-check";

/** What a deployment of the Worker may change while connections live. */
export interface Deployment {
  /** Encryption keys, the first of which seals. */
  keys: "k1" | "k2,k1" | "k2";
  /** Client secrets of the application. */
  secrets: "good" | "bad,good" | "bad";
  /** Which webhooks events go to, and with them to a pipeline. */
  receivers: "first" | "second" | "none";
  /** Secrets by which it signs and verifies: the first signs. */
  signers: "s1" | "s2,s1";
  /** One variable is wrong, and nothing can be done. */
  isWrong: boolean;
  /** Whether calls, refreshes and alarms are measured. */
  measures: boolean;
}

/** What everything works with, whatever was sealed before. */
export const wellDeployed = {
  keys: "k2,k1",
  secrets: "good",
  receivers: "first",
  isWrong: false,
} as const;

/** Receivers are there only where a schedule has some. */
export const deployment: Arbitrary<Omit<Deployment, "measures" | "signers">> = record({
  keys: constantFrom("k1", "k2,k1", "k2,k1", "k2"),
  secrets: constantFrom("good", "good", "bad,good", "bad"),
  receivers: constantFrom("first", "first", "second", "none"),
  isWrong: constantFrom(false, false, false, true),
});
