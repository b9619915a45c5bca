import { describe, expect, test } from "vitest";
import { RemedyLinks } from "../../../src/connection/remedy-links.ts";
import type { Grant } from "../../../src/connection/tables/grant-store.ts";
import type { ConnectionEvent } from "../../../src/contract/connection-events.ts";
import { failure } from "../../../src/contract/errors.ts";
import { remedyActions, type Remedy, type RemedyAction } from "../../../src/contract/remedy.ts";
import { newConnection, signedInConnection, start } from "./support/connection.ts";

const remedy = (action: RemedyAction = "sign_in"): Remedy => ({
  action,
  message: "Do it.",
  since: "2026-11-28T12:00:00.000Z",
});
const connectPageUrl = "https://app.example/connect";
const link = expect.stringMatching(/^https:\/\/azure\.example\/reconnect\?link=[\w.-]+$/);

/** The links of a connection. @param grant absent: nobody has signed in */
function linksOf(grant?: Partial<Grant>, connectionId = "user:ada") {
  const { state } = grant === undefined ? newConnection() : signedInConnection({ grant });
  return new RemedyLinks({
    connectionId,
    config: {
      publicOrigin: "https://azure.example",
      sessionSecret: ["a session secret of more than thirty-two bytes"],
      connectPageUrl,
    },
    state,
    now: () => start,
  });
}
const broken = { remedy: remedy() };

describe("a remedy that leaves its connection", () => {
  test.each(remedyActions)("of %s has a link where a sign-in helps", (action) => {
    const heals = ["sign_in", "step_up", "consent"].includes(action);
    expect(linksOf(broken).remedy(remedy(action)).connect_url).toEqual(heals ? link : undefined);
  });

  test("has none when it stands no more, as in an event of long ago", () => {
    expect(linksOf({}).remedy(remedy())).toEqual(remedy());
  });

  test("leads to the host's own page where no account is connected", () => {
    expect(linksOf().remedy(remedy()).connect_url).toBe(connectPageUrl);
  });

  test("of a tenant has none, whatever stands", () => {
    const tenant = "tenant:aaaaaaaa-0000-4000-8000-00000000000a";
    expect(linksOf(broken, tenant).remedy(remedy())).toEqual(remedy());
    expect(linksOf(undefined, tenant).remedy(remedy())).toEqual(remedy());
  });

  test.each<[string, Partial<Grant>, unknown]>([
    ["replaced", broken, link],
    ["taken away where nothing stands", {}, undefined],
  ])("has the link that an older version stored %s", (_, grant, expected) => {
    const stored = { ...remedy(), connect_url: "https://azure.example/connect?user_id=ada" };
    expect(linksOf(grant).remedy(stored).connect_url).toEqual(expected);
    const told = { ...remedy("contact_admin"), connect_url: "https://old.example" };
    expect(linksOf(grant).remedy(told)).toEqual(remedy("contact_admin"));
  });
});

test("an error and an event have the link of their remedy; others stay as they are", () => {
  const links = linksOf(broken);
  const refused = failure("action_required", "Do it.", { remedy: remedy() });
  expect(links.failure(refused)).toMatchObject({
    code: "action_required",
    remedy: { connect_url: link },
  });
  const plain = failure("not_found", "No.");
  expect(links.failure(plain)).toBe(plain);

  const head = { seq: 1, id: "e", time: "2026-11-28T12:00:00.000Z", connection: "user:ada" };
  const told: ConnectionEvent = {
    ...head,
    type: "connection.action_required",
    data: { remedy: remedy() },
  };
  const other: ConnectionEvent = { ...head, type: "connection.connected", data: {} };
  expect(links.page({ events: [told, other], truncated: true })).toEqual({
    events: [{ ...told, data: { remedy: { ...remedy(), connect_url: link } } }, other],
    truncated: true,
  });
  // What is stored was not touched.
  expect(told.data).toEqual({ remedy: remedy() });
});
