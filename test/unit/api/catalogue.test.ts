import { expect, test } from "vitest";
import manifest from "../../../package.json";
import { clientSource } from "../../../src/api/client-source.ts";

import { documentOf } from "../../../src/api/document.ts";
import { serviceSource } from "../../../src/api/service-source.ts";
import { createRouter } from "../../../src/app.ts";
import { operations } from "../../../src/operations/index.ts";

/** `npm run catalogue` writes these files anew. */
test("the client's methods are those of the declarations", async () => {
  const source = clientSource(operations.map(({ operation }) => operation));
  await expect(source).toMatchFileSnapshot("../../../src/client/generated.ts");
});

test("the types of what siblings call are those of the declarations", async () => {
  const source = serviceSource(operations.map(({ operation }) => operation));
  await expect(source).toMatchFileSnapshot("../../../src/client/generated-service.ts");
});

test("the document is that of the routes", async () => {
  const document = documentOf(
    createRouter().documented.map((describe) => describe()),
    {
      title: "Azure Integration Worker",
      version: manifest.version,
      description: "Microsoft connections of other people, held for a host application.",
    },
  );
  await expect(JSON.stringify(document)).toMatchFileSnapshot("../../../src/front/openapi.json");
});
