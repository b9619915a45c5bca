import type { ConnectionStatus } from "../contract/connection-info.ts";
import type { EventType } from "../contract/connection-events.ts";
import type { RemedyAction } from "../contract/remedy.ts";

/** How things are shown: `good` green, `warn` amber, `bad` red, `mute` grey. */
export type Tone = "good" | "warn" | "bad" | "mute";

export const statuses: Readonly<Record<ConnectionStatus, { text: string; tone: Tone }>> = {
  active: { text: "Active", tone: "good" },
  degraded: { text: "Degraded", tone: "warn" },
  action_required: { text: "Action required", tone: "bad" },
  pending: { text: "Pending", tone: "mute" },
  disconnected: { text: "Disconnected", tone: "mute" },
};

/** The catalogue of remedies: what has to happen, and who has to do it. */
export const remedies: Readonly<Record<RemedyAction, { text: string; who: string }>> = {
  retry: { text: "Try again", who: "Nobody: it is tried again by itself." },
  sign_in: { text: "Sign in again", who: "The user, by the reconnect link." },
  step_up: { text: "More proof", who: "The user, by the reconnect link." },
  consent: { text: "Consent", who: "The user, by the reconnect link." },
  admin_consent: { text: "Admin consent", who: "The organization's administrator, by the link." },
  contact_admin: { text: "Contact admin", who: "The organization's administrator." },
  fix_app: { text: "Fix the app", who: "You: the application's registration or credential." },
};

export const events: Readonly<Record<EventType, { text: string; tone: Tone }>> = {
  "connection.pending": { text: "Sign-in started", tone: "mute" },
  "connection.connected": { text: "Connected", tone: "good" },
  "connection.degraded": { text: "Degraded", tone: "warn" },
  "connection.recovered": { text: "Recovered", tone: "good" },
  "connection.action_required": { text: "Action required", tone: "bad" },
  "connection.disconnected": { text: "Disconnected", tone: "mute" },
  "token.refreshed": { text: "Token renewed", tone: "good" },
  "token.refresh_failed": { text: "Renewal failed", tone: "bad" },
  "call.throttled": { text: "Throttled", tone: "warn" },
  "watch.active": { text: "Watch active", tone: "good" },
  "watch.blocked": { text: "Watch blocked", tone: "bad" },
  "watch.refused": { text: "Watch refused", tone: "bad" },
  "watch.gap": { text: "Changes missed", tone: "warn" },
  "watch.ended": { text: "Watch ended", tone: "mute" },
};

const units: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400_000],
  ["hour", 3_600_000],
  ["minute", 60_000],
  ["second", 1_000],
];
const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** "in 3 minutes", "2 days ago". @param span milliseconds, negative in the past */
export function spanText(span: number): string {
  const [unit, size] = units.find(([, length]) => Math.abs(span) >= length) ?? ["second", 1_000];
  return relative.format(Math.round(span / size), unit);
}

const exact = new Intl.DateTimeFormat("en", { dateStyle: "medium", timeStyle: "medium" });
/** @param time RFC 3339 */
export const exactText = (time: string): string => exact.format(new Date(time));
