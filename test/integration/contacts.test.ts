import { exports } from "cloudflare:workers";
import { beforeAll, describe, expect, test } from "vitest";
import { AzureClient, type ConnectionClient } from "../../src/client/index.ts";
import { connected } from "./support/connections.ts";
import { asAll, call, origin } from "./support/http.ts";

/** One operation at every door: the same contacts over HTTP, RPC and the client. */

const service = exports.AzureService({ props: { caller: "test" } });
const azure = new AzureClient({
  baseUrl: origin,
  apiKey: "azk_all_all-secret",
  fetch: (url, init) => exports.default.fetch(new Request(url, init)),
});

let userId: string;
let ada: ConnectionClient;
let suppliers: string;
beforeAll(async () => {
  const { id, stub } = await connected("ada@contoso.example", { scopes: ["Contacts.Read"] });
  userId = id.slice("user:".length);
  ada = azure.connection({ userId });
  const folders = await stub.fetch("https://graph.microsoft.com/v1.0/me/contactFolders");
  const { value } = await folders.json<{ value: { id: string }[] }>();
  suppliers = value[0]?.id ?? "";
});

interface Query {
  top?: number;
  select?: string;
  filter?: string;
  orderBy?: string;
  folder?: string;
  cursor?: string | undefined;
}
interface Page {
  data: { id?: string; [field: string]: unknown }[];
  nextCursor?: string | undefined;
}

const names: Readonly<Record<string, string>> = { orderBy: "order_by" };
async function overHttp(query: Query): Promise<Page> {
  const search = new URLSearchParams({ user_id: userId });
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) search.set(names[name] ?? name, String(value));
  }
  const { status, body } = await call(`/contacts?${search.toString()}`, asAll());
  if (status !== 200) throw new Error(JSON.stringify(body), { cause: body });
  return { data: body["data"] as Page["data"], nextCursor: body["next_cursor"] as string };
}

describe.each<[string, (query: Query) => Promise<Page>]>([
  ["HTTP", overHttp],
  ["RPC", async (query) => (await service.listContacts({ userId, ...query })) as Page],
  ["the client", async (query) => (await ada.graph.contacts(query)) as Page],
])("contacts over %s", (_, list) => {
  test("are read to their end by cursors", async () => {
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page: Page = await list({ top: 20, select: "id", cursor });
      seen.push(...page.data.map(({ id = "" }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect([seen.length, new Set(seen).size]).toEqual([36, 36]);
  });

  test("are those of a folder, filtered and in order", async () => {
    const inFolder = await list({ folder: suppliers });
    expect(inFolder.data.map(({ parentFolderId }) => parentFolderId)).toEqual(
      Array.from({ length: 3 }, () => suppliers),
    );
    const { data } = await list({
      filter: "surname ge 'N'",
      orderBy: "surname desc",
      select: "surname",
      top: 7,
    });
    expect(data.map(({ surname }) => surname)).toEqual([
      ...Array.from({ length: 6 }, () => "Somerville"),
      "Noether",
    ]);
  });

  test("have Graph's own fields", async () => {
    const { data } = await list({ top: 1 });
    expect(data[0]).toMatchObject({
      displayName: "Caroline Babbage",
      emailAddresses: [{ address: "caroline.babbage@example.com" }],
    });
  });
});
