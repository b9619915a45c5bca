import { expect, test } from "vitest";
import { filesBelow, textOfFile } from "../../support/source-files.ts";

/** Written by `npm run catalogue`. */
const generated = new Set([
  "src/client/generated.ts",
  "src/client/generated-service.ts",
  "src/front/openapi.json",
]);

test("an operation stands in few files, each of which says something of its own", () => {
  const files = [...filesBelow("src", ".ts"), ...filesBelow("src", ".json")]
    .filter((path) => !generated.has(path))
    .filter((path) => /\b(?:listContacts|contacts)\b/i.test(textOfFile(path)));
  expect(files).toEqual([
    // What it is: route, input, scope, permission, RPC, client, document.
    "src/api/contacts.ts",
    // What of them can be watched, and for how long.
    "src/connection/policy/watch-kind.ts",
    "src/connection/policy/watch-resource.ts",
    // What it is among the pure clients, how Graph is asked, and what siblings import.
    "src/graph/client.ts",
    "src/graph/contacts.ts",
    "src/graph/index.ts",
    // Which permission its calls need, and which of Graph's limits they count against.
    "src/graph/permission-of.ts",
    "src/graph/throttle-scope.ts",
    // How it is done.
    "src/operations/people.ts",
    // The RPC method: Workers RPC finds methods of a class and nothing else.
    "src/service.ts",
  ]);
});

test("the client and the document have it without a word written by hand", () => {
  for (const path of generated) expect(textOfFile(path)).toMatch(/\blistContacts\b/);
});
