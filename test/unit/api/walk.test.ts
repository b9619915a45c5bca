import { describe, expect, test } from "vitest";
import { routesOf, type ClientMethod, type Operation } from "../../../src/api/operation.ts";
import { createRouter } from "../../../src/app.ts";
import { AzureClient } from "../../../src/client/index.ts";
import { honoPath } from "../../../src/front/register.ts";
import { mcpTools } from "../../../src/mcp/tool-sizes.ts";
import { operations } from "../../../src/operations/index.ts";
import { filesBelow, projectRoot } from "../../support/source-files.ts";

/** Walks the catalogue: what is declared is there, at every door that it names. */

/** Tools are made of operations: the one that lists them is served above the others. */
const served = [...operations, mcpTools].map(({ operation }) => operation);
const rows = served.map((operation) => [operation.name, operation] as const);

/** Everything in src/api that looks like an operation. */
async function declared(): Promise<Operation[]> {
  const modules: Record<string, unknown>[] = await Promise.all(
    filesBelow("src/api", ".ts").map((path) => import(`${projectRoot}${path}`)),
  );
  return modules
    .flatMap((module) => Object.values(module))
    .filter(
      (value): value is Operation =>
        typeof value === "object" && value !== null && "route" in value && "over" in value,
    );
}

test("every operation that is declared is served, once, and is the one declared", async () => {
  const all = await declared();
  expect(new Set(served)).toEqual(new Set(all));
  expect(served).toHaveLength(all.length);
  expect(new Set(served.map(({ name }) => name)).size).toBe(served.length);
});

test("no two operations share a route", () => {
  const routes = served.flatMap((operation) =>
    routesOf(operation).map(({ method, path }) => `${method} ${path.replaceAll(/\{\w+\}/g, "{}")}`),
  );
  expect(routes.filter((route, index) => routes.indexOf(route) !== index)).toEqual([]);
});

const azure = new AzureClient({ baseUrl: "https://azure.example", token: "x" });
const connection = azure.connection({ userId: "ada" });
const homes: Readonly<Record<ClientMethod["of"], object>> = {
  graph: connection.graph,
  arm: connection.arm,
  connection,
  service: azure,
};
const clientMethodsOf = ({ client }: Operation): readonly ClientMethod[] =>
  client === undefined ? [] : "of" in client ? [client] : client;

describe("the operation", () => {
  const router = createRouter();
  const registered = new Set(router.app.routes.map(({ method, path }) => `${method} ${path}`));
  const described = new Set(
    router.documented.map((describe) => {
      const { method, path, operationId } = describe();
      return `${method} ${path} ${operationId !== undefined}`;
    }),
  );

  test.each(rows)(
    "%s has a route, and a place in the document, exactly if it says http",
    (_, operation) => {
      const there = operation.over.includes("http");
      for (const { method, path } of routesOf(operation)) {
        expect(registered.has(`${method} ${honoPath(path)}`)).toBe(there);
        expect(described.has(`${method} ${path} true`)).toBe(there);
      }
    },
  );

  test.each(rows)("%s has its methods of the client exactly if it says client", (_, operation) => {
    const methods = clientMethodsOf(operation);
    expect(methods.length > 0).toBe(operation.over.includes("client"));
    for (const { of, name } of methods) expect(Reflect.get(homes[of], name)).toBeTypeOf("function");
  });

  test.each(rows)("%s names no field that its input does not have", (_, operation) => {
    const { input, body } = operation;
    const named = [
      ...(body === undefined || body === "rest" ? [] : [body]),
      ...Object.values(operation.params ?? {}),
      ...Object.keys(operation.needsWith ?? {}),
      ...clientMethodsOf(operation).flatMap(({ args = [], without = [] }) => [...args, ...without]),
      ...routesOf(operation).flatMap(({ path, params }) =>
        [...params].flatMap(([name, field]) =>
          name === "id" && path.startsWith("/connections/{id}") ? [] : [field],
        ),
      ),
    ];
    expect(named.filter((field) => !Object.hasOwn(input, field))).toEqual([]);
  });

  test.each(rows)("%s is described in words", (_, { summary, answer, tag }) => {
    for (const text of [summary, answer, tag]) expect(text).toMatch(/\w/);
    expect(summary).not.toMatch(/\.$/);
  });
});
