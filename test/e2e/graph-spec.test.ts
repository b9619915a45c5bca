import { existsSync, readFileSync } from "node:fs";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { beforeAll, describe, expect, it } from "vitest";
import { createWorld } from "../sandbox/create-world.ts";
import { createGraph } from "../sandbox/graph/index.ts";
import { permissions } from "../sandbox/graph/permissions.ts";
import type { PermissionName } from "../sandbox/graph/permissions.ts";

const SPECS = new URL("../../../shared/specs/graph/", import.meta.url);

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
}

interface Document {
  components: { schemas: Record<string, Schema> };
}

/** Every answer of these is checked: its body, or each entry of its `value`, against the schema. */
const answers: readonly [type: string, method: string, path: string, json?: unknown][] = [
  ["user", "GET", "/me"],
  ["user", "GET", "/users"],
  ["user", "GET", "/users/grace@contoso.example"],
  ["user", "GET", "/users/delta"],
  [
    "user",
    "GET",
    "/me?$select=accountEnabled,companyName,createdDateTime,department,mailNickname,userType,usageLocation",
  ],
  ["message", "GET", "/me/messages?$top=250"],
  ["message", "GET", "/me/mailFolders/sentitems/messages"],
  ["message", "GET", "/me/mailFolders/inbox/messages/delta"],
  [
    "message",
    "POST",
    "/me/messages",
    { subject: "Draft", toRecipients: [{ emailAddress: { address: "a@b.example" } }] },
  ],
  ["mailFolder", "GET", "/me/mailFolders"],
  ["mailFolder", "GET", "/me/mailFolders/inbox"],
  ["event", "GET", "/me/events"],
  ["event", "GET", "/me/calendarView?startDateTime=2026-01-01&endDateTime=2026-12-31&$top=100"],
  ["event", "GET", "/me/calendarView/delta?startDateTime=2026-01-01&endDateTime=2026-02-01"],
  [
    "event",
    "POST",
    "/me/events",
    {
      subject: "New",
      start: { dateTime: "2026-12-01T10:00:00", timeZone: "UTC" },
      end: { dateTime: "2026-12-01T11:00:00", timeZone: "UTC" },
      attendees: [{ emailAddress: { address: "a@b.example" } }],
      isOnlineMeeting: true,
    },
  ],
  ["drive", "GET", "/me/drive"],
  ["driveItem", "GET", "/me/drive/root"],
  ["driveItem", "GET", "/me/drive/root/children"],
  ["driveItem", "GET", "/me/drive/root:/Documents/Notes.txt"],
  ["driveItem", "GET", "/me/drive/root/delta"],
  ["driveItem", "POST", "/me/drive/root/children", { name: "Folder", folder: {} }],
];

/** Routes and what they need, by the paths of Microsoft's permission data. */
const needs: readonly [PermissionName, method: string, paths: readonly string[]][] = [
  ["me.read", "GET", ["/me"]],
  ["users.read", "GET", ["/users"]],
  ["users.delta", "GET", ["/users/delta"]],
  ["users.write", "PATCH", ["/users/{id}"]],
  ["users.delete", "DELETE", ["/users/{id}"]],
  ["mail.read", "GET", ["/me/messages", "/me/mailfolders"]],
  ["mail.write", "PATCH", ["/me/messages/{id}"]],
  ["mail.send", "POST", ["/me/sendmail"]],
  ["calendar.read", "GET", ["/me/events"]],
  ["calendar.write", "POST", ["/me/events"]],
  ["files.read", "GET", ["/me/drive/root/children", "/drives/{id}/items/{id}"]],
  ["files.write", "PUT", ["/me/drive/items/{id}/content"]],
];

interface PathSet {
  schemeKeys: string[];
  methods: string[];
  paths: Record<string, string>;
}

describe.runIf(existsSync(SPECS))("Graph's answers against Microsoft's metadata", () => {
  const world = createWorld();
  const graph = createGraph(world);
  let document: Document;
  let ajv: Ajv2020;
  let authorization: string;

  const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, SPECS), "utf8"));

  beforeAll(async () => {
    document = read("openapi31-from-csdl.json") as Document;
    ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
    addFormats(ajv);
    // A name of Microsoft's for an integer's width; the range is not checked.
    ajv.addFormat("int16", true);
    ajv.addSchema({ ...document, $id: "https://specs/graph" });
    const { token } = await world.issueAccessToken({
      audience: "graph",
      user: "ada@contoso.example",
      scopes: ["User.Read.All", "Mail.ReadWrite", "Calendars.ReadWrite", "Files.ReadWrite"],
    });
    authorization = `Bearer ${token}`;
  });

  /** A schema with the alternatives it is made of, references followed. */
  function parts(schema: Schema): Schema[] {
    const name = schema.$ref?.split("/").at(-1);
    const target = name === undefined ? undefined : document.components.schemas[name];
    const inner = [...(target ? [target] : []), ...(schema.anyOf ?? []), ...(schema.allOf ?? [])];
    return [schema, ...inner.flatMap(parts)];
  }

  /** Paths of what a value holds that the schema does not know; annotations aside. */
  function strangers(value: unknown, schema: Schema, path = ""): string[] {
    const known = parts(schema);
    if (Array.isArray(value)) {
      const items = known.find((part) => part.items !== undefined)?.items;
      return items
        ? value.flatMap((item, index) => strangers(item, items, `${path}/${index}`))
        : [];
    }
    if (typeof value !== "object" || value === null) return [];
    return Object.entries(value).flatMap(([name, member]) => {
      if (name.includes("@")) return [];
      const inner = known.find((part) => part.properties?.[name] !== undefined)?.properties?.[name];
      return inner === undefined
        ? [`${path}/${name}`]
        : strangers(member, inner, `${path}/${name}`);
    });
  }

  async function ask(method: string, path: string, json?: unknown) {
    const headers = { authorization, "content-type": "application/json" };
    const init = { method, headers, ...(json !== undefined && { body: JSON.stringify(json) }) };
    return graph.request(`/v1.0${path}`, init, { base: "https://graph.microsoft.com" });
  }

  it.each(answers)("%s: %s %s", async (type, method, path, json) => {
    const response = await ask(method, path, json);
    expect(response.ok).toBe(true);
    const body = (await response.json()) as { value?: unknown[] };
    const entities = body.value ?? [body];
    expect(entities.length).toBeGreaterThan(0);
    const schema = { $ref: `#/components/schemas/microsoft.graph.${type}` };
    const validate = ajv.compile({ $ref: `https://specs/graph${schema.$ref}` });
    const problems = entities.flatMap((entity) => [
      ...(validate(entity)
        ? []
        : (validate.errors ?? []).map((e) => `${e.instancePath} ${e.message}`)),
      ...strangers(entity, schema).map((name) => `${name} is unknown`),
    ]);
    expect([...new Set(problems)]).toEqual([]);
  });

  it.each([
    ["/me/messages/x", 400],
    ["/users/nobody", 404],
    ["/me/drive/items/none", 404],
    ["/nowhere", 400],
  ])("error: GET %s", async (path, status) => {
    const response = await ask("GET", path);
    expect(response.status).toBe(status);
    const validate = ajv.compile({ $ref: "https://specs/graph#/components/schemas/error" });
    validate(await response.json());
    expect(validate.errors ?? []).toEqual([]);
  });

  describe("and its permissions against Microsoft's", () => {
    let sets: [name: string, set: PathSet][];
    beforeAll(() => {
      const data = read("permissions.json") as {
        permissions: Record<string, { pathSets: PathSet[] }>;
      };
      sets = Object.entries(data.permissions).flatMap(([name, { pathSets }]) =>
        pathSets.map((set): [string, PathSet] => [name, set]),
      );
    });

    it.each(needs)("%s: %s %j", (name, method, paths) => {
      const allowed = (scheme: string) =>
        sets
          .filter(([, set]) => set.methods.includes(method) && set.schemeKeys.includes(scheme))
          .filter(([, set]) =>
            Object.keys(set.paths).some((path) =>
              paths.includes(path.replaceAll(/\{[^}]*\}/g, "{id}")),
            ),
          )
          .map(([permission]) => permission);
      const { delegated, application } = permissions[name];
      expect(allowed("DelegatedWork")).toEqual(expect.arrayContaining([...delegated]));
      expect(allowed("Application")).toEqual(expect.arrayContaining([...application]));
    });
  });
});
