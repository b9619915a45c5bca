import { describe, expect, it } from "vitest";
import { CONTOSO_TENANT, FABRIKAM_TENANT } from "../../sandbox/constants.ts";
import { createBlob } from "../../sandbox/blob/index.ts";
import { createWorld } from "../../sandbox/create-world.ts";
import type { AccessTokenRequest } from "../../sandbox/create-world.ts";

const world = createWorld();
const blob = createBlob(world);
const contoso = "https://contosodata001.blob.core.windows.net";
const fabrikam = "https://fabrikamdata.blob.core.windows.net";

const tokenOf = async (request: Partial<AccessTokenRequest> = {}) =>
  (
    await world.issueAccessToken({
      audience: "storage",
      user: "ada@contoso.example",
      scopes: ["user_impersonation"],
      ...request,
    })
  ).token;
const ada = await tokenOf();

async function send(
  path: string,
  options: { token?: string; base?: string; method?: string; version?: string } = {},
) {
  const { token = ada, base = contoso, method = "GET", version = "2025-11-05" } = options;
  const headers = {
    ...(token && { authorization: `Bearer ${token}` }),
    ...(version && { "x-ms-version": version }),
  };
  const response = await blob.request(path, { method, headers }, { base });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const codeOf = ({ headers }: Awaited<ReturnType<typeof send>>) => headers.get("x-ms-error-code");

describe("blob storage", () => {
  it.each([
    [contoso, CONTOSO_TENANT],
    [fabrikam, FABRIKAM_TENANT],
  ])("of %s challenges a request without a token, without quotes", async (base, tenant) => {
    const said = await send("/documents/readme.txt", { base, token: "" });
    expect([said.status, codeOf(said)]).toEqual([401, "NoAuthenticationInformation"]);
    expect(said.headers.get("www-authenticate")).toBe(
      `Bearer authorization_uri=https://login.microsoftonline.com/${tenant}/oauth2/authorize resource_id=https://storage.azure.com`,
    );
  });

  it("gives a blob to who may read it, and its lists in XML", async () => {
    const said = await send("/documents/readme.txt");
    expect([said.status, said.text]).toEqual([200, "A blob of the sandbox.\n"]);
    expect(said.headers.get("x-ms-version")).toBe("2025-11-05");
    expect((await send("/documents/readme.txt", { method: "HEAD" })).text).toBe("");
    expect((await send("/?comp=list")).text).toContain("<Name>documents</Name>");
    expect((await send("/documents?restype=container&comp=list")).text).toContain(
      "<Name>readme.txt</Name>",
    );
  });

  it.each<[status: number, code: string, request: Partial<AccessTokenRequest>]>([
    [401, "InvalidAuthenticationInfo", { audience: "arm" }],
    [401, "InvalidAuthenticationInfo", { user: "alan@fabrikam.example" }],
    [403, "AuthorizationPermissionMismatch", { user: "grace@contoso.example" }],
    [403, "AuthorizationPermissionMismatch", { scopes: [] }],
    [401, "InvalidAuthenticationInfo", { user: undefined, tenantId: FABRIKAM_TENANT }],
  ])("answers %d %s to the token of %j", async (status, code, request) => {
    const said = await send("/documents/readme.txt", { token: await tokenOf(request) });
    expect([said.status, codeOf(said)]).toEqual([status, code]);
    expect(said.headers.has("www-authenticate")).toBe(status === 401);
    expect(said.text).toContain(`<Code>${code}</Code>`);
  });

  it("lets the application of its own tenant read, which has a role there", async () => {
    const token = await tokenOf({ user: undefined, tenantId: CONTOSO_TENANT });
    expect((await send("/documents/readme.txt", { token })).status).toBe(200);
  });

  it("takes the account's own address for an audience", async () => {
    const token = await tokenOf({ aud: contoso });
    expect((await send("/documents/readme.txt", { token })).status).toBe(200);
  });

  it.each(["", "2017-04-17", "2015-04-05"])("knows no tokens in version %j", async (version) => {
    const said = await send("/documents/readme.txt", { version });
    expect([said.status, codeOf(said)]).toEqual([403, "AuthenticationFailed"]);
    expect(said.text).toContain("Bearer is not supported in this version");
  });

  it.each([
    ["GET", "/pictures/readme.txt", 404, "ContainerNotFound"],
    ["GET", "/documents/absent.txt", 404, "BlobNotFound"],
    ["PUT", "/documents/readme.txt", 405, "UnsupportedHttpVerb"],
    ["GET", "/", 405, "UnsupportedHttpVerb"],
    ["GET", "/documents/%E0%A4%A", 400, "InvalidUri"],
  ])("%s %s is %d %s", async (method, path, status, code) => {
    const said = await send(path, { method });
    expect([said.status, codeOf(said)]).toEqual([status, code]);
  });
});
