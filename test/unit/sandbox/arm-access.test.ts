import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CONTOSO_SUBSCRIPTION, CONTOSO_TENANT } from "../../sandbox/constants.ts";
import { GRACE, LIN } from "../../sandbox/people.ts";
import { codeOf, createArmHarness } from "./arm-harness.ts";

const SUBSCRIPTION = `/subscriptions/${CONTOSO_SUBSCRIPTION}`;
const STAGING = `${SUBSCRIPTION}/resourceGroups/contoso-staging`;
const NETWORK = `${SUBSCRIPTION}/resourceGroups/contoso-network`;
const VNET = `${NETWORK}/providers/Microsoft.Network/virtualNetworks/contoso-vnet`;
const ROOT = `/providers/Microsoft.Management/managementGroups/${CONTOSO_TENANT}`;
const PLATFORM = "/providers/Microsoft.Management/managementGroups/contoso-platform";
const roles = "providers/Microsoft.Authorization/roleAssignments";
const locks = "providers/Microsoft.Authorization/locks";
const roleVersion = "api-version=2022-04-01";
const lockVersion = "api-version=2020-05-01";
const groupVersion = "api-version=2021-04-01";
const contributor = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const grace = GRACE.objectIds.get(CONTOSO_TENANT);
const lin = LIN.objectIds.get(CONTOSO_TENANT);

const { world, send, tokenOf } = await createArmHarness();
let graceToken: string;
beforeAll(async () => {
  graceToken = await tokenOf("grace@contoso.example");
});
beforeEach(() => world.reset());

const assign = (scope: string, roleId: string, principalId = grace, name = world.guid()) =>
  send("PUT", `${scope}/${roles}/${name}?${roleVersion}`, {
    body: {
      properties: {
        roleDefinitionId: `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/${roleId}`,
        principalId,
      },
    },
  });

const makeSite = (group: string, token: string) =>
  send("PUT", `${group}/providers/Microsoft.Web/sites/by-role?api-version=2024-04-01`, {
    token,
    body: { location: "westeurope" },
  });

describe("a role assignment", () => {
  it("lets the principal do what the role allows, at its scope and below, until it is deleted", async () => {
    expect(codeOf(await makeSite(STAGING, graceToken))).toBe("AuthorizationFailed");
    const made = await assign(STAGING, contributor);
    expect(made.status).toBe(201);
    expect((await makeSite(STAGING, graceToken)).status).toBe(201);
    expect(codeOf(await makeSite(NETWORK, graceToken))).toBe("AuthorizationFailed");
    expect((await send("DELETE", `${made.body["id"]}?${roleVersion}`)).status).toBe(200);
    expect(codeOf(await makeSite(STAGING, graceToken))).toBe("AuthorizationFailed");
  });

  it("of a management group reaches its subscriptions", async () => {
    expect((await assign(PLATFORM, contributor)).status).toBe(201);
    expect((await makeSite(STAGING, graceToken)).status).toBe(201);
  });

  it("of a contributor does not reach to assigning roles", async () => {
    await assign(SUBSCRIPTION, contributor);
    const mine = await send("PUT", `${STAGING}/${roles}/${world.guid()}?${roleVersion}`, {
      token: graceToken,
      body: { properties: { roleDefinitionId: reader, principalId: lin } },
    });
    expect(codeOf(mine)).toBe("AuthorizationFailed");
  });

  it("on one group shows the subscription and that group alone", async () => {
    const token = await tokenOf("lin@fabrikam.example", CONTOSO_TENANT);
    const all = await send(
      "GET",
      `${SUBSCRIPTION}/${roles}?${roleVersion}&$filter=principalId eq '${lin}'`,
    );
    await send("DELETE", `${all.body.value?.[0]?.id}?${roleVersion}`);
    const before = await send("GET", `/subscriptions?api-version=2022-12-01`, { token });
    expect(before.body.value).toEqual([]);
    await assign(STAGING, reader, lin);
    const subscriptions = await send("GET", `/subscriptions?api-version=2022-12-01`, { token });
    expect(subscriptions.body.value).toHaveLength(1);
    const groups = await send("GET", `${SUBSCRIPTION}/resourcegroups?${groupVersion}`, { token });
    expect(groups.body.value?.map(({ name }) => name)).toEqual(["contoso-staging"]);
  });

  it("is listed at its scope and below; atScope() leaves out what is below", async () => {
    await assign(STAGING, reader);
    const scopesOf = async (path: string, filter: string) => {
      const { body } = await send("GET", `${path}/${roles}?${roleVersion}&$filter=${filter}`);
      return body.value?.map(({ properties }) => (properties as { scope: string }).scope);
    };
    const mine = `principalId eq '${grace}'`;
    expect(await scopesOf(SUBSCRIPTION, mine)).toEqual([SUBSCRIPTION, STAGING]);
    expect(await scopesOf(SUBSCRIPTION, `atScope() and ${mine}`)).toEqual([SUBSCRIPTION]);
    expect(await scopesOf(STAGING, `atScope() and assignedTo('${grace}')`)).toEqual([
      SUBSCRIPTION,
      STAGING,
    ]);
    const odd = await send("GET", `${SUBSCRIPTION}/${roles}?${roleVersion}&$filter=scope eq 'x'`);
    expect(codeOf(odd)).toBe("InvalidFilterInQueryString");
  });

  it.each([
    ["a name that is no GUID", STAGING, contributor, grace, "mine", "InvalidRoleAssignmentId"],
    [
      "a role that does not exist",
      STAGING,
      world.guid(),
      grace,
      world.guid(),
      "RoleDefinitionDoesNotExist",
    ],
    [
      "a principal that does not exist",
      STAGING,
      contributor,
      world.guid(),
      world.guid(),
      "PrincipalNotFound",
    ],
    ["a twin", SUBSCRIPTION, reader, grace, world.guid(), "RoleAssignmentExists"],
  ])("is refused with %s", async (_, scope, role, principal, name, code) => {
    expect(codeOf(await assign(scope, role, principal, name))).toBe(code);
  });
});

describe("role definitions", () => {
  it("are found by name", async () => {
    const found = await send(
      "GET",
      `${SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions?${roleVersion}&$filter=roleName eq 'Contributor'`,
    );
    expect(found.body.value).toMatchObject([
      { name: contributor, properties: { roleName: "Contributor", type: "BuiltInRole" } },
    ]);
  });
});

describe("a lock", () => {
  const put = (scope: string, level: string) =>
    send("PUT", `${scope}/${locks}/keep?${lockVersion}`, { body: { properties: { level } } });

  it.each([
    ["a subscription", SUBSCRIPTION],
    ["a group", NETWORK],
    ["a resource", VNET],
  ])("on %s keeps the group that is in it, or that it is in", async (_, scope) => {
    expect((await put(scope, "CanNotDelete")).status).toBe(201);
    const deletion = await send("DELETE", `${NETWORK}?${groupVersion}`);
    expect([deletion.status, codeOf(deletion)]).toEqual([409, "ScopeLocked"]);
    expect((await send("DELETE", `${scope}/${locks}/keep?${lockVersion}`)).status).toBe(200);
    expect((await send("DELETE", `${NETWORK}?${groupVersion}`)).status).toBe(202);
  });

  it("of level ReadOnly forbids writes, of level CanNotDelete allows them", async () => {
    await put(STAGING, "ReadOnly");
    expect(codeOf(await makeSite(STAGING, await tokenOf("ada@contoso.example")))).toBe(
      "ScopeLocked",
    );
    await put(STAGING, "CanNotDelete");
    expect((await makeSite(STAGING, await tokenOf("ada@contoso.example"))).status).toBe(201);
  });

  it("is listed from above, and is no resource of its group", async () => {
    await put(VNET, "CanNotDelete");
    const listed = await send("GET", `${SUBSCRIPTION}/${locks}?${lockVersion}`);
    expect(listed.body.value?.map(({ id }) => id)).toEqual([`${VNET}/${locks}/keep`]);
    const resources = await send("GET", `${NETWORK}/resources?${groupVersion}`);
    expect(resources.body.value).toHaveLength(2);
    const wrong = await put(VNET, "Forever");
    expect(codeOf(wrong)).toBe("InvalidRequestContent");
  });
});

describe("management groups", () => {
  const version = "api-version=2023-04-01";

  it("are listed to those who have a role in one", async () => {
    const ours = await send("GET", `/providers/Microsoft.Management/managementGroups?${version}`);
    expect(ours.body.value?.map(({ name }) => name)).toEqual([CONTOSO_TENANT, "contoso-platform"]);
    const hers = await send("GET", `/providers/Microsoft.Management/managementGroups?${version}`, {
      token: graceToken,
    });
    expect(hers.body.value).toEqual([]);
    expect(codeOf(await send("GET", `${PLATFORM}?${version}`, { token: graceToken }))).toBe(
      "AuthorizationFailed",
    );
  });

  it("show their children, and with $recurse what is below those", async () => {
    const flat = await send("GET", `${ROOT}?${version}&$expand=children`);
    expect(flat.body["properties"]).toMatchObject({
      displayName: "Tenant Root Group",
      children: [{ name: "contoso-platform" }],
    });
    const deep = await send("GET", `${ROOT}?${version}&$expand=children&$recurse=true`);
    expect(JSON.stringify(deep.body)).toContain(`"name":"${CONTOSO_SUBSCRIPTION}"`);
    expect(
      codeOf(await send("GET", `/providers/Microsoft.Management/managementGroups/none?${version}`)),
    ).toBe("NotFound");
  });
});
