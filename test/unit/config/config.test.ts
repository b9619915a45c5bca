import { describe, expect, it } from "vitest";
import { secretCredentials } from "../../support/credentials.ts";
import { scopes } from "../../../src/contract/scope.ts";
import { configOf, parseConfig } from "../../../src/config/config.ts";
import { eventTypes } from "../../../src/contract/connection-event-schema.ts";
import { clouds } from "../../../src/entra/cloud.ts";

const base64 = (byte: number, length = 32) =>
  btoa(String.fromCharCode(...new Uint8Array(length).fill(byte)));
const digest = "0123456789abcdef".repeat(4);
const apiKey = { id: "ops", sha256: digest, scopes: ["graph:read"] };
const whsec = `whsec_${base64(7)}`;
const webhook = { url: "https://hooks.example/azure", secret: whsec };
const clientId = "11111111-2222-4333-8444-555555555555";

const env = {
  AZURE_CLIENT_ID: clientId,
  AZURE_CLIENT_SECRET: "the-s3cr3t",
  TOKEN_ENCRYPTION_KEYS: `k1:${base64(1)}`,
  SESSION_SECRET: "s3cr3t-of-thirty-two-bytes-or-more",
  API_KEYS: JSON.stringify([apiKey]),
  AZURE_REDIRECT_URI: "https://azure.example/callback",
};
const sandbox = {
  ...env,
  AZURE_CLOUD: "sandbox",
  AZURE_AUTHORITY_HOST: "http://localhost:8788",
  AZURE_GRAPH_ENDPOINT: "http://localhost:8788/graph",
  AZURE_RESOURCE_MANAGER_ENDPOINT: "http://localhost:8788/arm",
  AZURE_REDIRECT_URI: "http://localhost:8787/callback",
};

function configured(more: Record<string, unknown> = {}) {
  const config = parseConfig({ ...env, ...more });
  if (!config.ok) throw new Error(config.error.message);
  return config.value;
}

describe("a whole configuration", () => {
  it("needs few variables and has defaults for the rest", () => {
    expect(configured()).toEqual({
      cloud: clouds.global,
      clientId,
      credentials: secretCredentials("the-s3cr3t"),
      encryptionKeys: [{ kid: "k1", key: new Uint8Array(32).fill(1) }],
      sessionSecret: [env.SESSION_SECRET],
      apiKeys: [apiKey],
      tenantId: "common",
      redirectUris: ["https://azure.example/callback"],
      publicOrigin: "https://azure.example",
      allowedOrigins: [],
      returnOrigins: [],
      tenantConnectByMembers: false,
      webhooks: [],
      pipelineTypes: { types: eventTypes, changeTypes: [] },
    });
  });

  it("lets members connect their tenant only where it is told to, in so many words", () => {
    const read = (value: string) => configured({ TENANT_CONNECT_BY_MEMBERS: value });
    expect(read("on").tenantConnectByMembers).toBe(true);
    expect([read("off"), read("")].map((one) => one.tenantConnectByMembers)).toEqual([
      false,
      false,
    ]);
    expect(parseConfig({ ...env, TENANT_CONNECT_BY_MEMBERS: "true" })).toMatchObject({
      error: { variable: "TENANT_CONNECT_BY_MEMBERS" },
    });
  });

  it("reads lists in their order, with spaces between", () => {
    const config = configured({
      AZURE_CLIENT_SECRET: "old, new~._-",
      TOKEN_ENCRYPTION_KEYS: `new:${base64(255).replaceAll("/", "_")}, old:${base64(2).replace("=", "")}`,
      AZURE_REDIRECT_URI: "https://azure.example/callback, http://localhost:8787/callback",
      ALLOWED_ORIGINS: "https://app.example, http://localhost:5173",
      SESSION_SECRET: `${"n".repeat(32)}, ${env.SESSION_SECRET}`,
    });
    expect(config.sessionSecret).toEqual(["n".repeat(32), env.SESSION_SECRET]);
    expect(config.credentials).toEqual(secretCredentials("old", "new~._-"));
    expect(config.encryptionKeys).toEqual([
      { kid: "new", key: new Uint8Array(32).fill(255) },
      { kid: "old", key: new Uint8Array(32).fill(2) },
    ]);
    expect(config.redirectUris).toEqual([
      "https://azure.example/callback",
      "http://localhost:8787/callback",
    ]);
    expect(config.allowedOrigins).toEqual(["https://app.example", "http://localhost:5173"]);
  });

  it("lets sign-ins return to the allowed origins unless configured otherwise", () => {
    const allowed = { ALLOWED_ORIGINS: "https://app.example" };
    expect(configured(allowed).returnOrigins).toEqual(["https://app.example"]);
    expect(configured({ ...allowed, RETURN_ORIGINS: "" }).returnOrigins).toEqual([
      "https://app.example",
    ]);
    expect(
      configured({ ...allowed, RETURN_ORIGINS: "https://other.example" }).returnOrigins,
    ).toEqual(["https://other.example"]);
  });

  it("knows the host's own page for its users where one is configured", () => {
    expect(configured({}).connectPageUrl).toBeUndefined();
    expect(configured({ CONNECT_PAGE_URL: " " }).connectPageUrl).toBeUndefined();
    const page = "https://app.example/settings?tab=accounts";
    expect(configured({ CONNECT_PAGE_URL: page }).connectPageUrl).toBe(page);
    expect(configured({ CONNECT_PAGE_URL: "http://localhost:5173/" }).connectPageUrl).toBe(
      "http://localhost:5173/",
    );
  });

  it.each(["eu", "us", "fedramp", "fedramp-high"])("reads the jurisdiction %s", (jurisdiction) => {
    expect(configured({ AZURE_JURISDICTION: ` ${jurisdiction} ` })).toMatchObject({ jurisdiction });
  });

  it("reads a location hint, and says of a wrong value what is expected", () => {
    expect(configured({ AZURE_LOCATION_HINT: "weur" })).toMatchObject({ locationHint: "weur" });
    expect(parseConfig({ ...env, AZURE_JURISDICTION: "uk" })).toMatchObject({
      error: {
        message: "AZURE_JURISDICTION must be one of eu, us, fedramp, fedramp-high, or unset.",
      },
    });
  });

  it("takes empty variables for unset ones", () => {
    const config = configured({ AZURE_CLOUD: "", AZURE_TENANT_ID: " ", AZURE_GRAPH_ENDPOINT: "" });
    expect(config).toMatchObject({ cloud: clouds.global, tenantId: "common" });
  });

  it("reads tenants and digests in either case", () => {
    const config = configured({
      AZURE_TENANT_ID: "AAAAAAAA-0000-4000-8000-00000000000A",
      API_KEYS: JSON.stringify([{ ...apiKey, sha256: digest.toUpperCase() }]),
    });
    expect(config.tenantId).toBe("aaaaaaaa-0000-4000-8000-00000000000a");
    expect(config.apiKeys[0]?.sha256).toBe(digest);
  });
});

describe("the address of this Worker", () => {
  it("is the origin of the first redirect URI, unless AZURE_PUBLIC_ORIGIN says another", () => {
    const uris = "https://host.example/callback, https://azure.example/callback";
    expect(configured({ AZURE_REDIRECT_URI: uris }).publicOrigin).toBe("https://host.example");
    const own = { AZURE_REDIRECT_URI: uris, AZURE_PUBLIC_ORIGIN: "https://azure.example" };
    expect(configured(own).publicOrigin).toBe("https://azure.example");
    expect(configured({ ...own, AZURE_PUBLIC_ORIGIN: " " }).publicOrigin).toBe(
      "https://host.example",
    );
    const local = { AZURE_PUBLIC_ORIGIN: "http://localhost:8787" };
    expect(configured(local).publicOrigin).toBe("http://localhost:8787");
  });

  it.each([
    ["https://azure.example/calback", {}],
    ["https://azure.example/", {}],
    ["https://azure.example/callback/", {}],
    ["https://azure.example/callback?of=azure", {}],
    ["https://azure.example/callback/admin", {}],
    ["https://azure.example/azure/callback, https://host.example/callback", {}],
    [
      "https://host.example/done, https://azure.example/done",
      { AZURE_PUBLIC_ORIGIN: "https://azure.example" },
    ],
  ])("has its callback at /callback, so that %s is a mistake", (uris, more) => {
    expect(parseConfig({ ...env, AZURE_REDIRECT_URI: uris, ...more })).toMatchObject({
      ok: false,
      error: { variable: "AZURE_REDIRECT_URI", message: expect.stringContaining("/callback") },
    });
  });

  it.each([
    ["https://azure.example/host/done, https://azure.example/callback", {}],
    ["https://host.example/done", { AZURE_PUBLIC_ORIGIN: "https://azure.example" }],
  ])("may have a host's callback beside its own: %s", (uris, more) => {
    const config = configured({ AZURE_REDIRECT_URI: uris, ...more });
    expect(config.publicOrigin).toBe("https://azure.example");
  });
});

describe("the sandbox", () => {
  const configuredSandbox = (more: Record<string, unknown> = {}) =>
    configured({ ...sandbox, ...more });

  it("lets pages on every port of localhost call it and be returned to, whatever is listed", () => {
    const listed = {
      ALLOWED_ORIGINS: "https://app.example",
      RETURN_ORIGINS: "https://other.example",
    };
    const { allowedOrigins, returnOrigins } = configuredSandbox(listed);
    expect(allowedOrigins).toEqual(["https://app.example", "http://localhost:*"]);
    expect(returnOrigins).toEqual(["https://other.example", "http://localhost:*"]);
    expect(configuredSandbox().returnOrigins).toEqual(["http://localhost:*"]);
  });

  it("is found at every name of this machine", () => {
    for (const uris of [
      "http://127.0.0.1:8787/callback",
      "https://localhost:8787/callback, http://[::1]:1/callback",
      "http://azure.localhost/callback",
    ]) {
      expect(configuredSandbox({ AZURE_REDIRECT_URI: uris }).redirectUris).toHaveLength(
        uris.split(",").length,
      );
    }
  });

  it.each([
    ["AZURE_REDIRECT_URI", "https://azure.example/callback"],
    ["AZURE_REDIRECT_URI", "http://localhost:8787/callback, https://azure.example/callback"],
    ["AZURE_REDIRECT_URI", "https://localhost.evil.example/callback"],
    ["AZURE_REDIRECT_URI", "https://128.0.0.1/callback"],
    ["AZURE_PUBLIC_ORIGIN", "https://azure.example"],
    ["AZURE_PUBLIC_ORIGIN", "https://notlocalhost"],
  ])("refuses to be found elsewhere: %s=%s", (variable, value) => {
    expect(parseConfig({ ...sandbox, [variable]: value })).toMatchObject({
      ok: false,
      error: { variable, message: expect.stringContaining("loopback") },
    });
  });

  it("knows its own endpoints and the key of the README", async () => {
    const config = parseConfig(sandbox);
    const secret = await crypto.subtle.digest("SHA-256", new TextEncoder().encode("sandbox"));
    const sha256 = [...new Uint8Array(secret)]
      .map((byte) => byte.toString(16).padStart(2, "0"))
      .join("");
    expect(config).toMatchObject({
      ok: true,
      value: {
        cloud: { name: "sandbox", vaultEndpoint: "http://localhost:8788/vault" },
        apiKeys: [apiKey, { id: "dev", sha256, scopes }],
      },
    });
  });

  it("needs no other key", () => {
    const config = parseConfig({ ...sandbox, API_KEYS: undefined });
    expect(config).toMatchObject({ ok: true, value: { apiKeys: [{ id: "dev" }] } });
  });

  it("lends its key to no other cloud", () => {
    expect(configured().apiKeys.map(({ id }) => id)).toEqual(["ops"]);
  });
});

describe("webhooks", () => {
  const read = (webhooks: readonly object[], more: object = env) =>
    parseConfig({ ...more, WEBHOOKS: JSON.stringify(webhooks) });

  it("are named by their host and get every event, unless they say otherwise", () => {
    const types = ["connection.connected", "connection.disconnected"];
    const url = "https://hooks.example/crm?of=azure";
    const config = read([webhook, { id: "crm", url, secret: `${whsec}, ${whsec}`, types }]);
    const bytes = new Uint8Array(32).fill(7);
    expect(config.ok && config.value.webhooks).toEqual([
      {
        id: "hooks.example",
        url: webhook.url,
        secrets: [bytes],
        types: eventTypes,
        changeTypes: [],
      },
      { id: "crm", url, secrets: [bytes, bytes], types, changeTypes: [] },
    ]);
  });

  it.each([
    [["change.*"], [], ["change.created", "change.updated", "change.deleted"]],
    [["change.deleted", "watch.gap"], ["watch.gap"], ["change.deleted"]],
  ])("get changes where they name them: %j", (types, events, changes) => {
    const config = read([{ ...webhook, types }]);
    expect(config.ok && config.value.webhooks[0]).toMatchObject({
      types: events,
      changeTypes: changes,
    });
  });

  it("leave the pipeline its own types, as EVENTS_TYPES names them", () => {
    const typesOf = (EVENTS_TYPES: string) => {
      const config = parseConfig({ ...env, EVENTS_TYPES });
      return config.ok ? config.value.pipelineTypes : config.error.variable;
    };
    expect(typesOf("")).toEqual({ types: eventTypes, changeTypes: [] });
    expect(typesOf("watch.gap, change.created")).toEqual({
      types: ["watch.gap"],
      changeTypes: ["change.created"],
    });
    expect(typesOf("watch.gap,mail")).toBe("EVENTS_TYPES");
  });

  it("may be reached by http in the sandbox, on this machine alone", () => {
    const at = (url: string) => read([{ ...webhook, url }], sandbox).ok;
    expect(at("http://localhost:9999/hook")).toBe(true);
    expect(at("http://127.0.0.1:9999/hook")).toBe(true);
    expect(at("http://hooks.example/hook")).toBe(false);
    expect(at("https://hooks.example/hook")).toBe(true);
  });
});

describe("a wrong configuration names its variable", () => {
  const key = (more: Record<string, unknown>) => JSON.stringify([{ ...apiKey, ...more }]);
  const hook = (more: Record<string, unknown>) => JSON.stringify([{ ...webhook, ...more }]);

  it.each<[string, string, unknown]>([
    ["no client id", "AZURE_CLIENT_ID", undefined],
    ["a client id that is no GUID", "AZURE_CLIENT_ID", "my-app"],
    ["no client secret", "AZURE_CLIENT_SECRET", undefined],
    ["an empty client secret", "AZURE_CLIENT_SECRET", " "],
    ["an empty one among several", "AZURE_CLIENT_SECRET", "s3cr3t,"],
    ["a tenant that is none", "AZURE_TENANT_ID", "my tenant"],
    ["no redirect URI", "AZURE_REDIRECT_URI", undefined],
    ["a relative redirect URI", "AZURE_REDIRECT_URI", "/callback"],
    ["an http redirect URI", "AZURE_REDIRECT_URI", "http://azure.example/callback"],
    ["a redirect URI with a fragment", "AZURE_REDIRECT_URI", "https://azure.example/callback#"],
    ["another scheme", "AZURE_REDIRECT_URI", "https://azure.example/callback,msal://auth"],
    ["a public origin with a path", "AZURE_PUBLIC_ORIGIN", "https://azure.example/"],
    ["a public origin by http", "AZURE_PUBLIC_ORIGIN", "http://azure.example"],
    ["a public origin without scheme", "AZURE_PUBLIC_ORIGIN", "azure.example"],
    ["two public origins", "AZURE_PUBLIC_ORIGIN", "https://azure.example,https://b.example"],
    ["any public origin", "AZURE_PUBLIC_ORIGIN", "*"],
    ["no encryption key", "TOKEN_ENCRYPTION_KEYS", undefined],
    ["an encryption key without id", "TOKEN_ENCRYPTION_KEYS", base64(1)],
    ["an encryption key that is too short", "TOKEN_ENCRYPTION_KEYS", `k1:${base64(1, 31)}`],
    ["an encryption key that is too long", "TOKEN_ENCRYPTION_KEYS", `k1:${base64(1, 33)}`],
    ["an encryption key that is no base64", "TOKEN_ENCRYPTION_KEYS", "k1:s3cr3t!"],
    ["an empty encryption key", "TOKEN_ENCRYPTION_KEYS", "k1:"],
    ["a key id twice", "TOKEN_ENCRYPTION_KEYS", `k1:${base64(1)},k1:${base64(2)}`],
    ["no session secret", "SESSION_SECRET", undefined],
    ["a short session secret", "SESSION_SECRET", "s3cr3t-of-thirty-one-bytes-only"],
    ["a short session secret after a long one", "SESSION_SECRET", `${"n".repeat(32)},s3cr3t`],
    ["a short session secret before a long one", "SESSION_SECRET", `s3cr3t,${"n".repeat(32)}`],
    ["an empty session secret among several", "SESSION_SECRET", `${"n".repeat(32)},`],
    [
      "a session secret cut in two by its comma",
      "SESSION_SECRET",
      "s3cr3t-of-thirty,two-bytes-or-more",
    ],
    ["no API keys", "API_KEYS", undefined],
    ["API keys that are no JSON", "API_KEYS", "azk_ops_s3cr3t"],
    ["API keys that are no list", "API_KEYS", JSON.stringify(apiKey)],
    ["an API key id with _", "API_KEYS", key({ id: "ops_1" })],
    ["an API key without id", "API_KEYS", key({ id: undefined })],
    ["a secret where its digest belongs", "API_KEYS", key({ sha256: "s3cr3t" })],
    ["an unknown scope", "API_KEYS", key({ scopes: ["graph:all"] })],
    ["an API key without scopes", "API_KEYS", key({ scopes: undefined })],
    ["an API key id twice", "API_KEYS", JSON.stringify([apiKey, apiKey])],
    ["webhooks that are no JSON", "WEBHOOKS", "https://hooks.example"],
    ["a webhook without url", "WEBHOOKS", hook({ url: undefined })],
    ["a webhook by http", "WEBHOOKS", hook({ url: "http://hooks.example/azure" })],
    ["a webhook by http on loopback", "WEBHOOKS", hook({ url: "http://localhost/azure" })],
    [
      "a webhook with a password in its URL",
      "WEBHOOKS",
      hook({ url: "https://a:b@hooks.example" }),
    ],
    ["a webhook without secret", "WEBHOOKS", hook({ secret: undefined })],
    ["a webhook with a secret without prefix", "WEBHOOKS", hook({ secret: base64(1) })],
    ["a webhook with a short secret", "WEBHOOKS", hook({ secret: `whsec_${base64(1, 23)}` })],
    ["a webhook with one bad secret of two", "WEBHOOKS", hook({ secret: `${whsec}, s3cr3t` })],
    ["an unknown event type", "WEBHOOKS", hook({ types: ["connection.gone"] })],
    ["a webhook that wants nothing", "WEBHOOKS", hook({ types: [] })],
    ["a misspelt field of a webhook", "WEBHOOKS", hook({ type: ["connection.connected"] })],
    ["two webhooks of one host without ids", "WEBHOOKS", JSON.stringify([webhook, webhook])],
    ["any origin", "ALLOWED_ORIGINS", "*"],
    ["any port of localhost", "ALLOWED_ORIGINS", "http://localhost:*"],
    ["a return origin of any port", "RETURN_ORIGINS", "http://localhost:*"],
    ["an origin with a path", "ALLOWED_ORIGINS", "https://app.example/"],
    ["an http origin", "ALLOWED_ORIGINS", "http://app.example"],
    ["an origin in capitals", "ALLOWED_ORIGINS", "https://App.example"],
    ["a return origin with a path", "RETURN_ORIGINS", "https://app.example/done"],
    ["a connect page without scheme", "CONNECT_PAGE_URL", "app.example/connect"],
    ["a connect page by http", "CONNECT_PAGE_URL", "http://app.example/connect"],
    ["a connect page that is a script", "CONNECT_PAGE_URL", "javascript:alert('s3cr3t')"],
    ["a connect page with a password", "CONNECT_PAGE_URL", "https://a:s3cr3t@app.example/"],
    ["an unknown cloud", "AZURE_CLOUD", "mars"],
    ["an unknown jurisdiction", "AZURE_JURISDICTION", "uk"],
    ["a jurisdiction in capitals", "AZURE_JURISDICTION", "EU"],
    ["two jurisdictions", "AZURE_JURISDICTION", "eu,us"],
    ["the word for no jurisdiction", "AZURE_JURISDICTION", "none"],
    ["an unknown location", "AZURE_LOCATION_HINT", "europe"],
    ["the sandbox without its endpoints", "AZURE_CLOUD", "sandbox"],
    ["a foreign authority", "AZURE_AUTHORITY_HOST", "https://login.evil.example"],
    ["an http endpoint", "AZURE_GRAPH_ENDPOINT", "http://graph.microsoft.com"],
    ["a foreign ARM", "AZURE_RESOURCE_MANAGER_ENDPOINT", "http://localhost:8788/arm"],
    ["a number", "AZURE_CLIENT_SECRET", 7],
  ])("%s: %s", (_what, variable, value) => {
    const config = parseConfig({ ...env, [variable]: value });
    if (config.ok) throw new Error("expected a configuration error");
    const named = value === "sandbox" ? "AZURE_AUTHORITY_HOST" : variable;
    expect(config.error.variable).toBe(named);
    expect(config.error.message).toMatch(new RegExp(`^${named} .*\\.$`));
    expect(config.error.message).not.toContain("s3cr3t");
  });

  it("and all that are missing, at once", () => {
    const messageOf = (more: Record<string, unknown>) => {
      const config = parseConfig(more);
      return config.ok ? "" : config.error.message;
    };
    const others = "AZURE_CLIENT_SECRET, AZURE_REDIRECT_URI, TOKEN_ENCRYPTION_KEYS, SESSION_SECRET";
    const first = "AZURE_CLIENT_ID must be the application's (client) id, a GUID.";
    expect(messageOf({})).toBe(`${first} Also missing: ${others}, API_KEYS.`);
    expect(messageOf({ AZURE_CLOUD: "sandbox" })).toBe(`${first} Also missing: ${others}.`);
    expect(messageOf({ ...env, AZURE_CLIENT_ID: " " })).toBe(first);
    // A wrong one comes in its turn; those that are set are not missing.
    expect(
      messageOf({ ...env, AZURE_TENANT_ID: "my tenant", SESSION_SECRET: "", API_KEYS: "" }),
    ).toMatch(/^AZURE_TENANT_ID must be .*\. Also missing: SESSION_SECRET, API_KEYS\.$/);
  });

  it("in the sandbox: an endpoint that is not local", () => {
    expect(
      parseConfig({ ...sandbox, AZURE_GRAPH_ENDPOINT: "https://graph.microsoft.com" }),
    ).toMatchObject({ ok: false, error: { variable: "AZURE_GRAPH_ENDPOINT" } });
  });

  it("in an API key: says where", () => {
    expect(parseConfig({ ...env, API_KEYS: key({ scopes: ["admin", "root"] }) })).toMatchObject({
      error: { message: expect.stringMatching(/^API_KEYS is wrong at \[0\]\.scopes\[1\]: /) },
    });
  });
});

describe("configOf", () => {
  it("reads an environment once", () => {
    const bound = { ...env, DB: {} };
    expect(configOf(bound)).toMatchObject({ ok: true });
    expect(configOf(bound)).toBe(configOf(bound));
    expect(configOf({ ...bound, AZURE_CLIENT_ID: "" })).toMatchObject({ ok: false });
  });
});
