import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { GraphError } from "../../sandbox/graph/graph-error.ts";
import { requireName } from "../../sandbox/graph/drive/item-name.ts";
import type { NamePlace } from "../../sandbox/graph/drive/item-name.ts";
import { codeOf, createGraphHarness, namesOf } from "./graph-harness.ts";
import type { GraphHarness } from "./graph-harness.ts";

const place: NamePlace = { folder: false, atRoot: false, business: true, parentPath: "personal" };
const objection = (name: string, more: Partial<NamePlace> = {}) => {
  try {
    requireName(name, { ...place, ...more });
    return undefined;
  } catch (error) {
    return error instanceof GraphError ? error.innerCode : error;
  }
};

describe("A name in OneDrive", () => {
  it.each([
    ".lock",
    ".LOCK",
    "desktop.ini",
    "Desktop.INI",
    "~$draft.docx",
    "~$",
    "CON",
    "con",
    "Con.txt",
    "PRN",
    "aux.tar.gz",
    "NUL",
    "COM0",
    "com9.log",
    "LPT0",
    "lpt5",
    "_vti_",
    "a_vti_b.txt",
    "_VTI_x",
  ])("is not reserved for somebody else: %s", (name) => {
    expect(objection(name)).toBe("nameIsReserved");
  });

  it.each([
    "",
    ".",
    "..",
    "a.",
    "a.txt.",
    " a",
    "a ",
    'a"b',
    "a*b",
    "a:b",
    "a<b",
    "a>b",
    "a?b",
    "a/b",
    "a\\b",
    "a|b",
    "a\u0000b",
    "a\tb",
    "a\u007fb",
  ])("has no illegal characters: %j", (name) => {
    expect(objection(name)).toBe("nameContainsInvalidCharacters");
  });

  it.each([
    "a.txt",
    ".gitignore",
    ".locked",
    "lock",
    "my desktop.ini.txt",
    "~draft.docx",
    "a~$b",
    "CONSOLE",
    "console.log",
    "COM",
    "COM10",
    "LPT",
    "nullable",
    "vti_",
    "#1 100%.txt",
    "a b & c.txt",
    "Ü, 計画.txt",
    "x".repeat(255),
  ])("may be %s", (name) => {
    expect(objection(name)).toBeUndefined();
  });

  it("of a folder in a work drive begins with no tilde, and is not Forms at the root", () => {
    expect(objection("~old", { folder: true })).toBe("nameIsReserved");
    expect(objection("Forms", { folder: true, atRoot: true })).toBe("nameIsReserved");
    expect(objection("Forms", { folder: true })).toBeUndefined();
    expect(objection("Forms", { atRoot: true })).toBeUndefined();
    for (const name of ["~old", "Forms", "a_vti_b"])
      expect(objection(name, { folder: true, atRoot: true, business: false })).toBeUndefined();
  });

  it("has at most 255 characters, its path at most 400", () => {
    expect(objection("x".repeat(256))).toBe("parameterIsTooLong");
    expect(objection("x".repeat(100), { parentPath: "p".repeat(299) })).toBeUndefined();
    expect(objection("x".repeat(100), { parentPath: "p".repeat(300) })).toBe("pathIsTooLong");
  });
});

describe("A drive", () => {
  let graph: GraphHarness;
  beforeAll(async () => {
    graph = await createGraphHarness();
  });
  beforeEach(() => graph.world.reset());

  const names = [
    ".lock",
    "~$x.docx",
    "desktop.ini",
    "a_vti_b.txt",
    "CON",
    "nul.txt",
    "a.",
    " a",
    "a|b",
  ];
  const deep = Array.from({ length: 5 }, () => "d".repeat(80)).join("/");

  it.each(names)("takes no file named %j, by whatever way", async (name) => {
    const encoded = encodeURIComponent(name);
    const requests: [method: string, path: string, json?: unknown][] = [
      ["PUT", `/me/drive/root:/${encoded}:/content`],
      ["PUT", `/me/drive/root:/Documents/${encoded}:/content`],
      ["POST", `/me/drive/root:/${encoded}:/createUploadSession`, {}],
      ["POST", "/me/drive/root/children", { name, folder: {} }],
      // A folder that the upload would make on its way.
      ["PUT", `/me/drive/root:/${encoded}/inside.txt:/content`],
    ];
    for (const [method, path, json] of requests) {
      const said = await graph.send(method, path, json === undefined ? { body: "x" } : { json });
      expect([method, path, said.status, codeOf(said)]).toEqual([
        method,
        path,
        400,
        "invalidRequest",
      ]);
      expect(said.body.error?.innerError?.["code"]).toMatch(/^name/);
    }
    const { body } = await graph.get("/me/drive/root/children");
    expect(namesOf(body, "name")).toEqual(["Documents", "Large.bin", "Pictures", "Welcome.html"]);
  });

  it("takes no name of 256 characters and no path of more than 400", async () => {
    const put = (path: string) =>
      graph.send("PUT", `/me/drive/root:/${path}:/content`, { body: "x" });
    const long = await put("x".repeat(256));
    expect([long.status, long.body.error?.innerError?.["code"]]).toEqual([
      400,
      "parameterIsTooLong",
    ]);
    expect((await put("x".repeat(255))).status).toBe(201);
    const far = await put(`${deep}/a.txt`);
    expect([far.status, far.body.error?.innerError?.["code"]]).toEqual([400, "pathIsTooLong"]);
  });

  it("counts a path from the site, decoded", async () => {
    // personal/ada_contoso_example/Documents/ is 39 characters long.
    const put = (length: number) =>
      graph.send(
        "PUT",
        `/me/drive/root:/${"d".repeat(200)}/${encodeURIComponent("ü".repeat(length))}:/content`,
        { body: "x" },
      );
    expect((await put(400 - 39 - 201)).status).toBe(201);
    expect((await put(400 - 39 - 200)).status).toBe(400);
  });

  it("of a personal account takes what only SharePoint refuses", async () => {
    const token = await graph.tokenOf("pat@outlook.example", ["Files.ReadWrite"]);
    const put = (name: string) =>
      graph.send("PUT", `/me/drive/root:/${name}:/content`, { body: "x", token });
    expect((await put("a_vti_b.txt")).status).toBe(201);
    expect((await put("CON")).status).toBe(400);
  });
});
