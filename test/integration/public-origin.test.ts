import { beforeAll, describe, expect, test } from "vitest";
import { CONTOSO_SUBSCRIPTION, CONTOSO_TENANT } from "../sandbox/constants.ts";
import { asAll, bearer, connectedUser, inEnvironment } from "./support/http.ts";
import { reconfigured } from "./support/reconfigured.ts";

/** The first redirect URI is a host's own callback; this Worker is elsewhere. */
const hosted = {
  AZURE_REDIRECT_URI: "https://host.example/microsoft/done, https://azure.example/callback",
  AZURE_PUBLIC_ORIGIN: "https://azure-public.example",
};
const publicOrigin = hosted.AZURE_PUBLIC_ORIGIN;

let user: Awaited<ReturnType<typeof connectedUser>>;
beforeAll(async () => {
  user = await connectedUser();
});

const through = (path: string, init: RequestInit = {}, change: object = hosted) =>
  inEnvironment(
    change,
    path,
    asAll({ ...init, headers: { ...(init.headers as object), "x-azure-connection": user.id } }),
  );

describe("this Worker's own address is AZURE_PUBLIC_ORIGIN", () => {
  test("in the links of Graph's pages, whatever name the request came by", async () => {
    const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "evil.example" };
    for (const at of ["https://azure.example", "http://10.0.0.1:8080", publicOrigin]) {
      const response = await through(`${at}/graph/v1.0/me/messages?$top=1&$select=id`, { headers });
      const page = await response.json<Record<string, string>>();
      expect(page["@odata.nextLink"]?.startsWith(`${publicOrigin}/graph/v1.0/me/messages?`)).toBe(
        true,
      );
    }
  });

  test("in the links of Azure's pages and the headers of its operations", async () => {
    const subscription = `/arm/subscriptions/${CONTOSO_SUBSCRIPTION}`;
    const list = await through(`${subscription}/resources?api-version=2021-04-01&$top=1`);
    const page = await list.json<{ nextLink: string }>();
    expect(page.nextLink.startsWith(`${publicOrigin}${subscription}/resources?`)).toBe(true);
    const group = `${subscription}/resourcegroups/public-origin?api-version=2021-04-01`;
    await through(group, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ location: "westeurope" }),
    });
    const deleted = await through(group, { method: "DELETE" });
    expect(deleted.headers.get("location")?.startsWith(`${publicOrigin}/arm/`)).toBe(true);
  });

  test("as the server of the document", async () => {
    const response = await inEnvironment(hosted, "/openapi.json");
    expect(await response.json()).toMatchObject({ servers: [{ url: publicOrigin }] });
  });

  test("where an administrator comes back to", async () => {
    const response = await inEnvironment(hosted, `/admin-consent?tenant_id=${CONTOSO_TENANT}`);
    const { data } = await response.json<{ data: { admin_consent_url: string } }>();
    const url = new URL(data.admin_consent_url);
    expect(url.searchParams.get("redirect_uri")).toBe(`${publicOrigin}/callback/admin`);
  });

  test("in the links of remedies", async () => {
    const { remedy } = await reconfigured(user.stub, { publicOrigin }, async ({ state, info }) => {
      const remedy = {
        action: "sign_in",
        message: "again",
        since: "2026-11-28T12:00:00Z",
      } as const;
      state.commit(Date.now(), () => state.grants.update({ remedy }));
      return info();
    });
    expect(remedy?.connect_url?.startsWith(`${publicOrigin}/reconnect?link=`)).toBe(true);
  });
});

test("without it the address is that of the first redirect URI", async () => {
  const other = await connectedUser();
  const response = await inEnvironment(
    { AZURE_REDIRECT_URI: "https://first.example/callback, https://second.example/callback" },
    "https://third.example/graph/v1.0/me/messages?$top=1&$select=id",
    { headers: { ...bearer("all"), "x-azure-connection": other.id } },
  );
  const page = await response.json<Record<string, string>>();
  expect(page["@odata.nextLink"]).toMatch(/^https:\/\/first\.example\/graph\/v1\.0\//);
});
