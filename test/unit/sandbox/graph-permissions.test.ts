import { beforeAll, describe, expect, it } from "vitest";
import { CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { driveOperations } from "../../sandbox/graph/drive/drive-routes.ts";
import { createGraph } from "../../sandbox/graph/index.ts";
import { alikeOperations } from "../../sandbox/graph/listed-operation.ts";
import { canonicalPath } from "../../sandbox/graph/path.ts";
import listed from "../../sandbox/graph/permissions.json" with { type: "json" };
import { servedOperations } from "../../specs/graph-operations.ts";
import { ADA, codeOf, createGraphHarness, GRACE } from "./graph-harness.ts";
import type { GraphHarness, Said } from "./graph-harness.ts";

const PAT = "pat@outlook.example";

interface Permissions {
  work: readonly string[];
  personal: readonly string[];
  application: readonly string[];
  least: readonly string[];
}
const data: Readonly<Record<string, Permissions | undefined>> = listed;
const everyPermission = [
  ...new Set(
    Object.values(listed).flatMap(({ work, personal, application }) => [
      ...work,
      ...personal,
      ...application,
    ]),
  ),
];

/** What Microsoft's data do not list is decided by what they list instead. */
const standIns: Readonly<Record<string, string>> = {
  "PATCH /me": "PATCH /users/{id}",
  "GET /users/$count": "GET /users",
  "GET /me/contacts/delta": "GET /me/contactfolders/{id}/contacts/delta",
  "GET /users/{id}/contacts/delta": "GET /users/{id}/contactfolders/{id}/contacts/delta",
  "GET /me/calendar": "GET /me/calendars",
  "GET /me/calendars/{id}": "GET /me/calendars",
  "PATCH /me/calendar": "POST /me/calendars",
  "PATCH /me/calendars/{id}": "POST /me/calendars",
  "GET /users/{id}/calendar": "GET /users/{id}/calendars",
  "GET /users/{id}/calendars/{id}": "GET /users/{id}/calendars",
  "PATCH /users/{id}/calendar": "POST /users/{id}/calendars",
  "PATCH /users/{id}/calendars/{id}": "POST /users/{id}/calendars",
  "GET /me/calendarview": "GET /users/{id}/calendarview",
  "GET /me/calendar/calendarview/delta": "GET /me/calendarview/delta",
  "GET /users/{id}/calendar/calendarview/delta": "GET /users/{id}/calendarview/delta",
};

/** In a mailbox: a message by the message anywhere, a part of it by the whole. */
const mailStandIn = (operation: string): string =>
  operation
    .replace(/\/mailfolders\/\{id\}(?=\/messages)/, "")
    .replace(/\/\$(?:count|value)$/, "")
    .replace(/\/replyall$/, "/reply")
    .replace("/mailfolders/{id}/messagerules", "/mailfolders/inbox/messagerules")
    .replace(/^(GET .*\/attachments)\/\{id\}$/, "$1")
    .replace(/^(DELETE .*)\/attachments\/\{id\}$/, "$1");

/** In a drive: by the root's delta, or by the item that a path of names leads to. */
function driveStandIn(operation: string): string {
  const [, method, drive, action = ""] =
    /^(\S+) (.*\/drive|\/drives\/\{id\})(?:\/root|\/items\/\{id\})?(?::\/\{id\}:?)?(\/[a-z]+(?:\(.*\))?)?$/.exec(
      operation,
    ) ?? [];
  if (action === "/search(q={id})") return `${method} ${drive}/root${action}`;
  if (/^\/(?:recent|sharedwithme)$/.test(action)) return `${method} /users/{id}/drive${action}`;
  return action === "/delta"
    ? `${method} ${drive}/root/delta`
    : `${method} ${drive}/items/{id}${action}`;
}

const permissionsOf = (operation: string): Permissions | undefined =>
  [
    operation,
    standIns[operation] ?? "",
    driveStandIn(operation),
    mailStandIn(operation),
    mailStandIn(operation).replace(" /me/", " /users/{id}/"),
  ]
    .map((one) => data[one])
    .find((one) => one !== undefined);

let graph: GraphHarness;
beforeAll(async () => {
  graph = await createGraphHarness();
  graph.world.settings.mailbox_latency_ms = 0;
});

describe("The list of the sandbox's operations", () => {
  it("is that of its routes", () => {
    const found = createGraph(graph.world)
      .routes.filter(({ method, path }) => method !== "ALL" && path.startsWith("/:version"))
      .map(({ method, path }) => {
        const concrete = path.replace(/^\/:version\{[^}]*\}/, "/v1.0").replaceAll(/:\w+/g, "x");
        return `${method} ${canonicalPath(concrete).template}`;
      })
      // These ask for no permission of their own: a batch's requests do, a subscription's resource
      // does, and the others are refused at once.
      .filter(
        (one) =>
          !/\/\$batch$| \/subscriptions\b|(?:me|\{id\}|calendar)\/(?:messages|events)\/delta$/.test(
            one,
          ),
      );
    const served = servedOperations.filter((one) => !/ \S*\/drive(?:\/|$)| \/drives\//.test(one));
    const inFolders = served.filter((one) => one.endsWith("/mailfolders/{id}/messages/delta"));
    expect([...new Set([...found, ...inFolders])].toSorted()).toEqual(served.toSorted());
  });

  it("has every operation on the items of a drive", () => {
    const below = servedOperations.flatMap((operation) => {
      const [, method, action = "item"] =
        /^(\S+) \/me\/drive\/items\/\{id\}(?:\/([a-z]+)(?:\(q=\{id\}\))?)?$/.exec(operation) ?? [];
      return method === undefined ? [] : [`${method} ${action}`.toLowerCase()];
    });
    expect(driveOperations.map((one) => one.toLowerCase()).toSorted()).toEqual(below.toSorted());
  });

  it.each(servedOperations)("is decided by Microsoft's data: %s", (operation) => {
    const known = alikeOperations(operation).find((one) => data[one] !== undefined);
    expect(permissionsOf(operation)).toBeDefined();
    expect(data[known ?? ""]).toEqual(permissionsOf(operation));
  });
});

interface Account {
  /** Whose `/users/{id}` and `/drives/{id}`. */
  user: string;
  drive: string;
  /** A token that holds these permissions and nothing else. */
  token(permissions: readonly string[]): Promise<string>;
}

/** Graph's answer to a token without permission: 403, or that personal accounts have no such thing. */
const isRefused = ({ status, body }: Said) =>
  status === 403 || (status === 400 && (body.error?.message ?? "").includes("MSA accounts"));

/**
 * A request for an operation. A write carries an option that is refused after the permission is
 * checked and before anything changes.
 */
function requestOf(operation: string, { user, drive }: Account): [method: string, path: string] {
  const [method = "", template = ""] = operation.split(" ");
  const path = template
    .replace(/^\/users\/\{id\}/, `/users/${user}`)
    .replace(/^\/drives\/\{id\}/, `/drives/${drive}`)
    .replace("/mailfolders/{id}", "/mailFolders/inbox")
    .replace("(q={id})", "(q='x')")
    .replaceAll("{id}", "x");
  return [method, method === "GET" ? path : `${path}?$orderby=id`];
}

/** Whether a token with these permissions, and nothing else, is enough. */
async function isEnough(
  operation: string,
  account: Account,
  permissions: readonly string[],
): Promise<boolean> {
  const [method, path] = requestOf(operation, account);
  const token = await account.token(permissions);
  return !isRefused(await graph.send(method, path, { token }));
}

/** What is wrong: a listed permission that is not enough, or all others together that are. */
async function differences(
  operation: string,
  account: Account,
  listed: readonly string[] = [],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const permission of listed) {
    if (!(await isEnough(operation, account, [permission]))) wrong.push(permission);
  }
  // A permission to read and write is one to read: its description says so.
  const enough = new Set(
    listed.flatMap((permission) => [
      permission,
      permission.replace(/\.Read(\.|$)/, ".ReadWrite$1"),
    ]),
  );
  const others = everyPermission.filter((one) => !enough.has(one));
  if (await isEnough(operation, account, others)) wrong.push("others");
  return wrong;
}

const remembered = (issue: (permissions: readonly string[]) => Promise<string>) => {
  const tokens = new Map<string, Promise<string>>();
  return (permissions: readonly string[]) => {
    const key = permissions.join(" ");
    const token = tokens.get(key) ?? issue(permissions);
    tokens.set(key, token);
    return token;
  };
};

describe("The permissions that are enough, each alone,", () => {
  const ofUser = async (user: string): Promise<Account> => {
    const token = remembered((permissions) => graph.tokenOf(user, permissions));
    const { body } = await graph.get("/me/drive", { token: await token(["Files.Read"]) });
    return { user, drive: String(body["id"]), token };
  };
  let work: Account;
  let personal: Account;
  let application: Account;
  beforeAll(async () => {
    work = await ofUser(ADA);
    personal = await ofUser(PAT);
    const token = remembered((permissions) => graph.appToken(CONTOSO_TENANT, ...permissions));
    application = { ...work, token };
  });

  it.each(servedOperations)("of a work account are Microsoft's: %s", async (operation) => {
    expect(await differences(operation, work, permissionsOf(operation)?.work)).toEqual([]);
  });

  it.each(servedOperations)("of a personal account are Microsoft's: %s", async (operation) => {
    expect(await differences(operation, personal, permissionsOf(operation)?.personal)).toEqual([]);
  });

  // An application is nobody's `/me`.
  const ofOthers = servedOperations.filter((operation) => !operation.includes(" /me"));
  it.each(ofOthers)("of an application are Microsoft's: %s", async (operation) => {
    expect(
      await differences(operation, application, permissionsOf(operation)?.application),
    ).toEqual([]);
  });

  it.each([
    ["GET", "User.Read"],
    ["GET", "User.ReadWrite"],
    ["PATCH", "User.ReadWrite"],
  ])("for %s of another's profile do not include %s", async (method, permission) => {
    const token = await work.token([permission]);
    const said = await graph.send(method, `/users/${GRACE}?$orderby=id`, { token });
    expect([said.status, codeOf(said)]).toEqual([403, "Authorization_RequestDenied"]);
  });

  it.each(["/users", "/users/$count", "/users/delta", `/users/${ADA}`])(
    "are none for a personal account at %s",
    async (path) => {
      const scopes = ["User.Read", "User.ReadWrite", "User.Read.All", "Directory.ReadWrite.All"];
      const said = await graph.get(path, { token: await graph.tokenOf(PAT, scopes) });
      expect([said.status, codeOf(said), said.body.error?.message]).toEqual([
        400,
        "BadRequest",
        "This API is not supported for MSA accounts",
      ]);
    },
  );

  it("of a personal account are not those that only work accounts have", async () => {
    const token = await graph.tokenOf(PAT, ["Sites.Read.All", "User.Read"]);
    for (const path of ["/me/drive", "/me/drive/root", "/me/drive/root/children"]) {
      const said = await graph.get(path, { token });
      expect([path, said.status, codeOf(said)]).toEqual([path, 403, "accessDenied"]);
    }
  });
});
