import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { searchProviders } from "../../../src/mcp/api-index/providers.ts";
import { readIndex } from "../../../src/mcp/api-index/read-index.ts";
import { ApiSearch } from "../../../src/mcp/api-index/search.ts";
import { textOfFile } from "../../support/source-files.ts";
import questions from "../../specs/api-questions.json" with { type: "json" };

const text = textOfFile("src/mcp/api-index/graph.txt");
const operations = readIndex(text);

describe("the index of Microsoft Graph", () => {
  test("is small, and says whose data it holds", () => {
    expect(gzipSync(text).byteLength).toBeLessThanOrEqual(30 * 1024);
    expect(text.split("\n")[0]).toContain("MIT License, Copyright (c) 2020 Microsoft Graph");
  });

  test("has each operation once, with its method, path and permission", () => {
    expect(operations.length).toBeGreaterThan(2_900);
    const places = operations.map(({ method, path }) => `${method} ${path}`);
    expect(new Set(places).size).toBe(places.length);
    expect(operations).toContainEqual(
      expect.objectContaining({ method: "POST", path: "/me/sendMail", permission: "Mail.Send" }),
    );
    expect(operations.filter(({ path }) => !/^\/[\w$(){}=,'.:/@-]+$/.test(path))).toEqual([]);
  });

  test("holds no name of the samples that are held out", () => {
    const heldOut = new Set(
      questions.filter(({ held_out }) => held_out).map(({ method, path }) => `${method} ${path}`),
    );
    expect(heldOut.size).toBe(50);
    const named = operations.filter(
      ({ method, path, names }) => heldOut.has(`${method} ${path}`) && names.length > 0,
    );
    expect(named).toEqual([]);
  });
});

describe("a search in plain words", () => {
  const search = new ApiSearch(operations);
  const isFound = ({ question, method, path }: (typeof questions)[number]) =>
    search.find(question, 5).some((found) => found.method === method && found.path === path);

  test("finds the operation among the first five for 90 of 100 questions", () => {
    const found = questions.filter(isFound);
    const unprepared = found.filter(({ held_out }) => held_out);
    // oxlint-disable-next-line no-console -- the figure is what this test is read for
    console.log(
      `found ${found.length} of ${questions.length}, held out ${unprepared.length} of 50`,
    );
    expect(questions).toHaveLength(100);
    expect(found.length).toBeGreaterThanOrEqual(90);
    expect(unprepared.length).toBeGreaterThanOrEqual(40);
  });

  test.each([
    ["list my unread mail", "GET /me/messages"],
    ["send an email", "POST /me/sendMail"],
    ["my manager", "GET /me/manager"],
    ["create a to do task", "POST /me/todo/lists/{todoTaskList-id}/tasks"],
    ["delete an event", "DELETE /me/events/{event-id}"],
  ])("knows what is meant by %s", (question, operation) => {
    const found = search.find(question, 5).map(({ method, path }) => `${method} ${path}`);
    expect(found).toContain(operation);
  });

  test.each([
    ["list my contacts", "/me/contacts"],
    ["list my todo lists", "/me/todo/lists"],
    ["list users", "/users"],
  ])("takes the word list at the beginning for what to do: %s", (question, path) => {
    expect(search.find(question, 1)).toMatchObject([{ method: "GET", path }]);
  });

  test("gives nothing for words that mean nothing", () => {
    expect(search.find("xyzzy", 5)).toEqual([]);
    expect(search.find("", 5)).toEqual([]);
    expect(search.find("the of and", 5)).toEqual([]);
  });
});

describe("a search among the types of a subscription", () => {
  const type = (resourceType: string, ...apiVersions: string[]) => ({ resourceType, apiVersions });
  const providers = [
    {
      namespace: "Microsoft.Compute",
      resourceTypes: [
        type("virtualMachines", "2026-01-01-preview", "2025-04-01"),
        type("disks", "2025-01-02"),
      ],
    },
    { namespace: "Microsoft.Storage", resourceTypes: [type("storageAccounts", "2025-06-01")] },
  ];

  test("names the type's list with its newest stable version", () => {
    expect(searchProviders(providers, "s1", "virtual machines", 1)).toEqual([
      {
        method: "GET",
        path: "/subscriptions/s1/providers/Microsoft.Compute/virtualMachines",
        api_version: "2025-04-01",
      },
    ]);
    expect(searchProviders(providers, "s1", "storage account", 1)[0]?.path).toContain("Accounts");
    expect(searchProviders(providers, "s1", "kubernetes", 5)).toEqual([]);
  });
});
