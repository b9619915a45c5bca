import { expect, it } from "vitest";
import { resourceOfScopes } from "../../../src/client/sdk-scope.ts";
import { clouds } from "../../../src/entra/cloud.ts";
import { parseResource } from "../../../src/entra/resource.ts";

it.each<[string | string[], string]>([
  ["https://graph.microsoft.com/.default", "graph"],
  ["https://graph.microsoft.com/User.Read", "graph"],
  [["User.Read", "https://graph.microsoft.com/Mail.Read", "offline_access"], "graph"],
  ["User.Read openid profile", "graph"],
  ["https://management.azure.com/.default", "arm"],
  ["https://management.azure.com//.default", "arm"],
  ["https://management.core.windows.net//.default", "arm"],
  ["https://management.usgovcloudapi.net/.default", "arm"],
  ["https://vault.azure.net/.default", "vault"],
  ["https://storage.azure.com/.default", "storage"],
  ["https://database.windows.net//.default", "https://database.windows.net"],
  ["https://contoso.example/api/Orders.Read", "https://contoso.example/api"],
  ["https://vault.azure.net:8443/.default", "https://vault.azure.net:8443"],
  ["https://vault.azure.net.evil.example/.default", "https://vault.azure.net.evil.example"],
  ["https://management.core.usgovcloudapi.net//.default", "arm"],
  ["https://management.core.chinacloudapi.cn/user_impersonation", "arm"],
  [["https://vault.azure.net/.default", "https://vault.azure.net//.default"], "vault"],
])("reads the resource of %j, as the service will", (scopes, resource) => {
  const read = resourceOfScopes(scopes);
  expect(read.ok && parseResource(read.value)).toBe(resource);
});

it.each<[string | string[], string]>([
  [["https://graph.microsoft.com/.default", "https://vault.azure.net/.default"], "several"],
  ["openid offline_access", "no resource"],
  [[], "no resource"],
  ["", "no resource"],
  ["http://vault.azure.net/.default", "https"],
  ["https://vault.azure.net", "https"],
  ["api://1111/.default", "https"],
])("refuses %j, saying why", (scopes, why) => {
  const result = resourceOfScopes(scopes);
  expect(result).toMatchObject({
    ok: false,
    error: { code: "invalid_request", message: expect.stringContaining(why) },
  });
});

it.each(
  Object.values(clouds).flatMap(({ name, audiences }) =>
    Object.entries(audiences).map(([resource, audience]) => [name, resource, audience] as const),
  ),
)("knows the audience of the cloud %s for %s", (_, resource, audience) => {
  const read = resourceOfScopes(`${audience}/.default`);
  expect(read.ok && parseResource(read.value)).toBe(resource);
});
