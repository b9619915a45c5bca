import { describe, expect, test } from "vitest";
import { AzureClient, type ConnectionClient } from "../../../src/client/index.ts";
import document from "../../../src/front/openapi.json" with { type: "json" };

/** The client has a method for every operation of the document, and sends what the document says. */

const baseUrl = "https://azure.example.com/prefix";
const id = "aaaaaaaa-1111-4000-8000-000000000001";

/** Asks by one method; what it gives instead of asking is a URL that somebody opens. */
type Ask = (azure: AzureClient, ada: ConnectionClient) => unknown;

const gateway = (path: string, ...methods: string[]): [string, Ask][] =>
  methods.map((method) => [
    `${method} /${path}`,
    (_, ada) => ada.fetch(`/${path.replaceAll(/\{(\w+)\}/g, "$1")}`, { method }),
  ]);

/** The address of the socket that the live client opens. */
const liveUrl = (ada: ConnectionClient): Promise<string> =>
  new Promise((resolve) => {
    class Socket {
      constructor(url: string) {
        resolve(url.replace("wss:", "https:"));
        queueMicrotask(() => live.close());
      }
      addEventListener(): void {}
      close(): void {}
    }
    const live = ada.live({ WebSocket: Socket });
  });

const asks: Readonly<Record<string, Ask>> = {
  "GET /connections/{id}/live": (_, ada) => liveUrl(ada),
  "GET /health": (azure) => azure.health(),
  "GET /openapi.json": (azure) => azure.openApi(),
  "GET /connect": (_, ada) => ada.beginConnect({ scopes: ["Mail.Send"] }),
  "GET /logout": (azure) => azure.logoutUrl("https://app.example/bye"),
  "GET /admin-consent": (azure) => azure.adminConsent({ tenantId: id }),
  "GET /connections": (azure) => azure.connections(),
  "POST /connections": (azure) =>
    azure.importConnection({ userId: "ada", tenantId: id, refreshToken: "r" }),
  "GET /mcp/grants": (azure) => azure.mcpGrants({ userId: "ada" }),
  "DELETE /mcp/grants/{id}": (azure) => azure.revokeMcpGrant("g", { userId: "ada" }),
  "POST /mcp/sign-ins": (azure) => azure.completeMcpSignIn({ state: "s", userId: "ada" }),
  "GET /connections/{id}": (_, ada) => ada.info(),
  "DELETE /connections/{id}": (_, ada) => ada.disconnect(),
  "POST /connections/{id}/refresh": (_, ada) => ada.refresh(),
  "POST /connections/{id}/confirm": (_, ada) => ada.confirm("f"),
  "POST /connections/{id}/restore": (_, ada) => ada.restore(),
  "GET /connections/{id}/events": (_, ada) => ada.events(),
  "POST /sessions": (azure) => azure.createSession({ userId: "ada" }),
  "POST /connections/{id}/tickets": (_, ada) => ada.ticket(),
  "GET /connections/{id}/token": (_, ada) => ada.token({ resource: "graph" }),
  "GET /user": (_, ada) => ada.graph.user(),
  "GET /users/{id}": (_, ada) => ada.graph.userById("grace"),
  "GET /users": (_, ada) => ada.graph.users(),
  "GET /contacts": (_, ada) => ada.graph.contacts(),
  "GET /mail": (_, ada) => ada.graph.messages(),
  "GET /mail/{id}": (_, ada) => ada.graph.message("m"),
  "GET /mail/folders": (_, ada) => ada.graph.mailFolders(),
  "POST /mail/{id}/reply": (_, ada) => ada.graph.reply("m"),
  "POST /mail/{id}/forward": (_, ada) => ada.graph.forward("m", { to: ["a@b.example"] }),
  "POST /mail/drafts": (_, ada) => ada.graph.createDraft({}),
  "POST /mail/drafts/{id}/send": (_, ada) => ada.graph.sendDraft("m"),
  "POST /mail/send": (_, ada) => ada.graph.sendMail({ message: {} }),
  "GET /calendar/events": (_, ada) => ada.graph.events(),
  "POST /calendar/events": (_, ada) => ada.graph.createEvent({}),
  "PATCH /calendar/events/{id}": (_, ada) => ada.graph.updateEvent("e", {}),
  "DELETE /calendar/events/{id}": (_, ada) => ada.graph.deleteEvent("e"),
  "GET /files/search": (_, ada) => ada.graph.searchFiles({ query: "a" }),
  "DELETE /files/item": (_, ada) => ada.graph.deleteFile("a"),
  "GET /files": (_, ada) => ada.graph.files(),
  "GET /files/item": (_, ada) => ada.graph.file("a"),
  "GET /files/content": (_, ada) => ada.graph.downloadFile("a.txt"),
  "PUT /files/content": (_, ada) => ada.graph.uploadFile("a.txt", "bytes"),
  "POST /batch": (_, ada) => ada.graph.batch([]),
  "GET /subscriptions": (_, ada) => ada.arm.subscriptions(),
  "GET /subscriptions/{id}": (_, ada) => ada.arm.subscription(id),
  "GET /subscriptions/{id}/providers": (_, ada) => ada.arm.providers(id),
  "GET /subscriptions/{id}/providers/{namespace}": (_, ada) => ada.arm.provider(id, "Microsoft.X"),
  "GET /subscriptions/{id}/tagNames": (_, ada) => ada.arm.tagNames(id),
  "GET /subscriptions/{id}/resourceGroups": (_, ada) => ada.arm.resourceGroups(id),
  "GET /subscriptions/{id}/resourceGroups/{name}": (_, ada) => ada.arm.resourceGroup(id, "web"),
  "PUT /subscriptions/{id}/resourceGroups/{name}": (_, ada) =>
    ada.arm.putResourceGroup(id, "web", { location: "westeurope" }),
  "DELETE /subscriptions/{id}/resourceGroups/{name}": (_, ada) =>
    ada.arm.deleteResourceGroup(id, "web"),
  "GET /subscriptions/{id}/resources": (_, ada) => ada.arm.resources(id),
  "GET /subscriptions/{id}/resourceGroups/{name}/resources": (_, ada) =>
    ada.arm.resources(id, { resourceGroup: "web" }),
  "GET /resources": (_, ada) => ada.arm.resource("/x"),
  "PUT /resources": (_, ada) => ada.arm.putResource("/x", {}),
  "DELETE /resources": (_, ada) => ada.arm.deleteResource("/x"),
  "GET /resources/tags": (_, ada) => ada.arm.tags("/x"),
  "POST /resources/query": (_, ada) => ada.arm.query("Resources"),
  "PATCH /resources/tags": (_, ada) =>
    ada.arm.updateTags("/x", { operation: "Merge", tags: { a: "b" } }),
  "GET /operations": (_, ada) => ada.arm.operation("op"),
  "POST /connections/{id}/watches": (_, ada) =>
    ada.watch({ resource: "me/events", changeTypes: ["created"] }),
  "GET /connections/{id}/watches": (_, ada) => ada.watches(),
  "GET /connections/{id}/watches/{watch}": (_, ada) => ada.getWatch("w"),
  "DELETE /connections/{id}/watches/{watch}": (_, ada) => ada.unwatch("w"),
  "GET /connections/{id}/changes": (_, ada) => ada.changes({ after: 1, limit: 2 }),
  "GET /health/app": (azure) => azure.appHealth(),
  ...Object.fromEntries([
    ...gateway("graph/{version}/{path}", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
    ...gateway("arm/{path}", "GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"),
  ]),
};

/** Where only a browser or Microsoft goes, and what for. */
const forBrowsers: Readonly<Record<string, string>> = {
  "GET /": "a person who looks what this is",
  "GET /callback": "Microsoft, after a sign-in",
  "GET /federation/.well-known/openid-configuration": "Entra, that checks an assertion",
  "GET /federation/jwks.json": "Entra, that checks an assertion",
  "GET /reconnect": "the link of a remedy",
  "POST /reconnect": "the button of that page",
  "GET /connect/account": "the link of a tool's answer",
  "POST /connect/account": "the button of that page",
  "POST /notifications": "Microsoft, for what is watched",
  "GET /permissions": "an operator, in the console",
  "GET /connections/{id}/audit": "an operator, who keeps the file",
  "GET /mcp/tools": "an operator, at the console",
  "GET /connections/{id}/deliveries": "an operator, in the console",
  "POST /connections/{id}/redeliver": "an operator, in the console",
  "GET /oauth/authorize": "the user of an MCP client",
  "POST /oauth/authorize": "the form of that page",
  "GET /oauth/authorize/continue": "the same user, back from the host's page",
  "POST /oauth/token": "an MCP client",
  "POST /oauth/register": "an MCP client",
  "GET /.well-known/oauth-authorization-server": "an MCP client",
  "GET /.well-known/oauth-protected-resource": "an MCP client",
  "GET /.well-known/oauth-protected-resource/mcp": "an MCP client",
  "GET /callback/admin": "Microsoft, after an administrator's consent",
};

const documented = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
);

/** What one method of the client asks for: `GET https://…/mail`, and the names in its query. */
async function askedBy(ask: Ask): Promise<{ line: string; query: string[] }> {
  const asked: { method: string; url: string }[] = [];
  const azure = new AzureClient({
    baseUrl,
    apiKey: "azk_1_secret",
    async fetch(url, { method = "GET" }) {
      asked.push({ method, url });
      return Response.json({ success: true, data: { ticket: "t" } });
    },
  });
  const given = await ask(azure, azure.connection({ userId: "ada" }));
  const [first] = typeof given === "string" ? [{ method: "GET", url: given }] : asked;
  if (first === undefined) throw new Error("it asked for nothing");
  const { origin, pathname, searchParams } = new URL(first.url);
  return { line: `${first.method} ${origin}${pathname}`, query: [...searchParams.keys()] };
}

const matches = (operation: string): RegExp => {
  const [method, path = ""] = operation.split(" ");
  const pattern = path.replaceAll(/\{\w+\}/g, "[^/]+");
  return new RegExp(`^${method} ${baseUrl.replaceAll(".", "\\.")}${pattern}$`);
};

test("no operation of the document lacks a method", () => {
  expect([...Object.keys(asks), ...Object.keys(forBrowsers)].toSorted()).toEqual(
    documented.toSorted(),
  );
});

describe("the client's method", () => {
  const parameters: Readonly<Record<string, Record<string, { parameters?: { name: string }[] }>>> =
    document.paths;
  test.each(Object.entries(asks))("for %s asks just that", async (operation, ask) => {
    const { line, query } = await askedBy(ask);
    expect(line).toMatch(matches(operation));
    const [method = "", path = ""] = operation.split(" ");
    const known = parameters[path]?.[method.toLowerCase()]?.parameters?.map(({ name }) => name);
    expect(known).toEqual(expect.arrayContaining(query));
  });
});
