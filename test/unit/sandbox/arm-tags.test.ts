import { beforeEach, describe, expect, it } from "vitest";
import { CONTOSO_SUBSCRIPTION } from "../../sandbox/constants.ts";
import { codeOf, createArmHarness } from "./arm-harness.ts";

const SUBSCRIPTION = `/subscriptions/${CONTOSO_SUBSCRIPTION}`;
const GROUP = `${SUBSCRIPTION}/resourceGroups/contoso-staging`;
const SITE = `${GROUP}/providers/Microsoft.Web/sites/tagged`;
const ACCOUNT = `${GROUP}/providers/Microsoft.Storage/storageAccounts/tagged`;
const V = "api-version=2021-04-01";

const { world, send } = await createArmHarness();
beforeEach(() => world.reset());

type Tags = Record<string, string>;
const location = "northeurope";

/** Every write that can bring tags, to something that takes them. */
const writes: [what: string, write: (tags: Tags) => ReturnType<typeof send>][] = [
  [
    "a new group",
    (tags) =>
      send("PUT", `${SUBSCRIPTION}/resourceGroups/tagged?${V}`, { body: { location, tags } }),
  ],
  ["a group", (tags) => send("PUT", `${GROUP}?${V}`, { body: { location, tags } })],
  ["a changed group", (tags) => send("PATCH", `${GROUP}?${V}`, { body: { tags } })],
  [
    "a resource",
    (tags) => send("PUT", `${SITE}?api-version=2024-04-01`, { body: { location, tags } }),
  ],
  [
    "a changed resource",
    async (tags) => {
      await send("PUT", `${SITE}?api-version=2024-04-01`, { body: { location } });
      return send("PATCH", `${SITE}?api-version=2024-04-01`, { body: { tags } });
    },
  ],
  ...[SUBSCRIPTION, GROUP].flatMap((scope): typeof writes => {
    const target = `${scope}/providers/Microsoft.Resources/tags/default?${V}`;
    return [
      [`tags put at ${scope}`, (tags) => send("PUT", target, { body: { properties: { tags } } })],
      [
        `tags merged at ${scope}`,
        (tags) => send("PATCH", target, { body: { operation: "Merge", properties: { tags } } }),
      ],
      [
        `tags replaced at ${scope}`,
        (tags) => send("PATCH", target, { body: { operation: "Replace", properties: { tags } } }),
      ],
    ];
  }),
];

const many = (count: number): Tags =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`tag-${index}`, "x"]));

describe("tags that Azure does not take", () => {
  const wrong: [code: string, tags: Tags][] = [
    ...["<", ">", "%", "&", "\\", "?", "/"].map((character): [string, Tags] => [
      "InvalidTagNameCharacters",
      { ok: "1", [`a${character}b`]: "2" },
    ]),
    ["InvalidTagNameCharacters", { "kubernetes.io/cluster": "owned" }],
    ["InvalidTagNameCharacters", { "line\nbreak": "x" }],
    ["InvalidTagNameCharacters", { "nul\u0000": "x" }],
    ["InvalidTagName", { ["n".repeat(513)]: "x" }],
    ["InvalidTagName", { "": "x" }],
    ["InvalidTagName", { "  ": "x" }],
    ["InvalidTagName", { "Azure-owner": "x" }],
    ["InvalidTagName", { "microsoft.owner": "x" }],
    ["InvalidTagName", { WindowsAdmin: "x" }],
    ["InvalidTagValueLength", { a: "v".repeat(257) }],
    ["TooManyTags", many(51)],
    ["InvalidRequestContent", { environment: "a", Environment: "b" }],
    ["InvalidRequestContent", { a: "1", b: "2", A: "1" }],
  ];
  it.each(writes)("in %s", async (_, write) => {
    for (const [code, tags] of wrong) {
      const said = await write(tags);
      expect([said.status, codeOf(said), Object.keys(tags)[0]]).toEqual([
        400,
        code,
        Object.keys(tags)[0],
      ]);
    }
  });

  it.each(writes)("are none of these, in %s", async (_, write) => {
    const right: Tags[] = [
      { ["n".repeat(512)]: "v".repeat(256) },
      { "cost center": "", "été-♡": "漢字", "a:b+c*d=e.f_g-h(i)": "<>%&\\?/" },
      { "hidden-link:/subscriptions/s/resourceGroups/g": "Resource" },
      { "my-azure": "x", "not-microsoft": "x" },
    ];
    for (const tags of right) expect((await write(tags)).status).toBeLessThan(300);
  });

  it("come to more than fifty by a merge, which changes nothing then", async () => {
    const target = `${GROUP}/providers/Microsoft.Resources/tags/default?${V}`;
    await send("PUT", target, { body: { properties: { tags: many(50) } } });
    const merge = (tags: Tags) =>
      send("PATCH", target, { body: { operation: "Merge", properties: { tags } } });
    expect(codeOf(await merge({ another: "x" }))).toBe("TooManyTags");
    expect((await merge({ "TAG-1": "y" })).status).toBe(200);
    const { body } = await send("GET", target);
    const { tags } = body["properties"] as { tags: Tags };
    expect([Object.keys(tags).length, tags["another"], tags["TAG-1"]]).toEqual([
      50,
      undefined,
      "y",
    ]);
  });

  it("have names over 128 characters, when they are a storage account's", async () => {
    const body = (length: number) => ({
      location,
      kind: "StorageV2",
      sku: { name: "Standard_LRS" },
      tags: { ["n".repeat(length)]: "x" },
    });
    const target = `${ACCOUNT}?api-version=2024-01-01`;
    expect(codeOf(await send("PUT", target, { body: body(129) }))).toBe("InvalidTagName");
    expect((await send("PUT", target, { body: body(128) })).status).toBe(202);
    const tags = `${ACCOUNT}/providers/Microsoft.Resources/tags/default?${V}`;
    const put = await send("PUT", tags, { body: { properties: body(129) } });
    expect(codeOf(put)).toBe("InvalidTagName");
  });
});

describe("a body whose names differ by case alone", () => {
  it.each<[path: string, body: object]>([
    ["Location", { location, Location: location }],
    ["properties.Size", { location, properties: { size: 1, Size: 2 } }],
    [
      "identity.userAssignedIdentities./S/x",
      { location, identity: { userAssignedIdentities: { "/s/x": {}, "/S/x": {} } } },
    ],
    ["properties.list.1.B", { location, properties: { list: [{}, { b: 1, B: 2 }] } }],
  ])("is refused at %s", async (path, body) => {
    const said = await send("PUT", `${SITE}?api-version=2024-04-01`, { body });
    expect([said.status, codeOf(said)]).toEqual([400, "InvalidRequestContent"]);
    expect(said.body.error?.message).toContain(`'${path}'`);
  });
});
