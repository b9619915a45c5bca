import { CONTOSO_TENANT } from "../../sandbox/constants.ts";
import type {
  AccountLinkRpc,
  ConnectionRpc,
  ReconnectRpc,
  TenantRpc,
} from "../../../src/contract/connection-rpc.ts";
import type { Surroundings } from "./callers.ts";

type Method = keyof ConnectionRpc | keyof ReconnectRpc | keyof AccountLinkRpc | keyof TenantRpc;

const long = "x".repeat(70_000);
/** No text: a hash or a URL of it would be of another one. */
const halfPair = "a\ud800";
const unreadable = new Proxy({}, { ownKeys: () => fail(), get: () => fail(), has: () => fail() });
function fail(): never {
  throw new Error("a sibling's own error, with a secret");
}

const mostCooldowns = 48;

/** What a sibling can send by mistake, and the field that is wrong in it. */
export const oddInputs: readonly (readonly [Method, unknown, string])[] = [
  ["beginAuthorization", undefined, "options"],
  ["beginAuthorization", null, "options"],
  ["beginAuthorization", [], "options"],
  ["beginAuthorization", unreadable, "options"],
  ["beginAuthorization", { start: "robot" }, "start"],
  ["beginAuthorization", { start: "user", scopes: "Mail.Read" }, "scopes"],
  ["beginAuthorization", { start: "user", scopes: ["Mail.Read", 7] }, "scopes.1"],
  ["beginAuthorization", { start: "user", prompt: "always" }, "prompt"],
  ["beginAuthorization", { start: "user", loginHint: halfPair }, "loginHint"],
  ["completeAuthorization", { response: "code=1" }, "state"],
  ["completeAuthorization", { state: long, response: "code=1" }, "state"],
  ["completeAuthorization", { state: "s", response: long }, "response"],
  ["completeAuthorization", { state: "s", response: "code=1", confirmed: "yes" }, "confirmed"],
  ["confirmAuthorization", {}, "flow"],
  ["reconnectRequest", {}, "link"],
  ["beginReconnect", { link: "made up" }, "from"],
  ["beginAccountLink", { link: "made up" }, "from"],
  ["confirmAuthorization", { flow: 7 }, "flow"],
  ["import", undefined, "options"],
  ["import", { refreshToken: 7 }, "refreshToken"],
  ["import", { refreshToken: "" }, "refreshToken"],
  ["import", { refreshToken: "r", tenantId: "no tenant" }, "tenantId"],
  ["import", { sealedRefreshToken: "r", tenantId: "x", scopes: [], version: 1 }, "tenantId"],
  [
    "import",
    { sealedRefreshToken: "r", tenantId: CONTOSO_TENANT, scopes: [], version: -1 },
    "version",
  ],
  ["accessToken", {}, "resource"],
  ["accessToken", { resource: "mail" }, "resource"],
  ["accessToken", { resource: "http://vault.azure.net" }, "resource"],
  ["accessToken", { resource: "graph", tenantId: "contoso" }, "tenantId"],
  ["accessToken", { resource: "graph", minValiditySeconds: -1 }, "minValiditySeconds"],
  ["accessToken", { resource: "graph", staleGeneration: 1.5 }, "staleGeneration"],
  ["refresh", { resource: "" }, "resource"],
  ["refresh", 7, "options"],
  ["events", { after: -1 }, "after"],
  ["events", { limit: 0 }, "limit"],
  ["events", { limit: 201 }, "limit"],
  ["events", "all", "options"],
];

/** A sibling sends what it must not: it is told which field is wrong, and nothing changes. */
export function sendOddInput(around: Surroundings, which: number): void {
  const [name, options, field] = oddInputs[which % oddInputs.length] ?? oddInputs[0] ?? [];
  if (name === undefined) return;
  const stub = around.stub as unknown as Record<Method, (options: unknown) => Promise<unknown>>;
  around.start({ kind: "stray", changes: false }, async () => {
    const outcome = await stub[name](options);
    const found = JSON.stringify(outcome);
    const codes = ['"code":"invalid_request"', '"code":"app_misconfigured"'];
    const isTold = found.includes(`"field":"${field}"`) || found.includes(codes[1] ?? "");
    if (!codes.some((code) => found.includes(code)) || !isTold) {
      around.faults.push(`${name} of a wrong ${field} came to ${found}`);
    }
    if (found.includes("secret")) around.faults.push(`${name} tells a sibling's own error`);
    return outcome;
  });
}

/** Whoever asks is told what the tables say, and asking changes nothing. */
export function readWhatIs(around: Surroundings, after: number): void {
  const { tables, stub, faults } = around;
  around.start({ kind: "stray", changes: false }, async () => {
    const asked = after === 0 ? undefined : { after, limit: 7 };
    const [info, page] = await Promise.all([stub.info(), stub.events(asked)]);
    if (!info.ok || !page.ok) {
      const codes = [info, page].map((outcome) => (outcome.ok ? "" : outcome.error.code));
      const expected = tables === undefined ? "not_found" : "none";
      if (!codes.every((code) => [expected, "app_misconfigured"].includes(code))) {
        faults.push(`to be told what is came to ${codes.join(" and ")}`);
      }
      return info;
    }
    if (tables === undefined) {
      faults.push("a connection that is none told what it is");
      return info;
    }
    const { value } = info;
    if (value.status !== tables.grant.status) faults.push(`${value.status} is told as its status`);
    const open = value.cooldowns.filter(({ until }) => until !== null);
    if (open.length > mostCooldowns) faults.push("more cool-downs are kept than may be");
    const text = JSON.stringify(value);
    const secrets = [tables.grant.refreshToken, ...tables.rows.map(({ token }) => token)];
    if (secrets.some((secret) => secret !== null && text.includes(secret))) {
      faults.push("a token is told with what the connection is");
    }
    const known = tables.events.filter(({ seq }) => seq > after).slice(0, asked?.limit ?? 100);
    const told = page.value.events.map(({ seq, id }) => `${seq} ${id}`);
    if (
      page.value.truncated !== true &&
      told.join() !== known.map(({ seq, id }) => `${seq} ${id}`).join()
    ) {
      faults.push(`events after ${after} are told as ${told.join()}`);
    }
    return info;
  });
}
