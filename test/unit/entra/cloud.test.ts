import { describe, expect, it } from "vitest";
import { clouds, resolveCloud } from "../../../src/entra/cloud.ts";
import type { CloudName, CloudOverrides } from "../../../src/entra/cloud.ts";

const local = {
  AZURE_AUTHORITY_HOST: "http://localhost:8788",
  AZURE_GRAPH_ENDPOINT: "http://localhost:8788/graph",
  AZURE_RESOURCE_MANAGER_ENDPOINT: "http://localhost:8788/arm/",
};

it("knows Microsoft's clouds without any override", () => {
  for (const name of ["global", "usgov", "usgovdod", "china"] as const) {
    expect(resolveCloud(name, {})).toEqual({ ok: true, value: clouds[name] });
  }
});

it("places the sandbox on loopback and keeps the audiences of the real thing", () => {
  expect(resolveCloud("sandbox", local)).toEqual({
    ok: true,
    value: {
      ...clouds.global,
      name: "sandbox",
      authorityHost: "http://localhost:8788",
      graphEndpoint: "http://localhost:8788/graph",
      armEndpoint: "http://localhost:8788/arm",
      vaultEndpoint: "http://localhost:8788/vault",
    },
  });
});

it("takes a regional host of Microsoft's for Graph and ARM", () => {
  const cloud = resolveCloud("global", {
    AZURE_RESOURCE_MANAGER_ENDPOINT: "https://westeurope.management.azure.com/",
  });
  expect(cloud).toMatchObject({
    ok: true,
    value: { armEndpoint: "https://westeurope.management.azure.com" },
  });
});

describe("a contradiction names its variable", () => {
  const cases: [string, CloudName, CloudOverrides, string][] = [
    ["no endpoint in the sandbox", "sandbox", {}, "AZURE_AUTHORITY_HOST"],
    [
      "one endpoint missing in the sandbox",
      "sandbox",
      { ...local, AZURE_GRAPH_ENDPOINT: "" },
      "AZURE_GRAPH_ENDPOINT",
    ],
    [
      "a real host in the sandbox",
      "sandbox",
      { ...local, AZURE_RESOURCE_MANAGER_ENDPOINT: "https://management.azure.com" },
      "AZURE_RESOURCE_MANAGER_ENDPOINT",
    ],
    [
      "a host that only looks like loopback",
      "sandbox",
      { ...local, AZURE_AUTHORITY_HOST: "http://localhost.evil.example" },
      "AZURE_AUTHORITY_HOST",
    ],
    [
      "an authority with a path",
      "sandbox",
      { ...local, AZURE_AUTHORITY_HOST: "http://localhost:8788/entra" },
      "AZURE_AUTHORITY_HOST",
    ],
    [
      "http in a real cloud",
      "global",
      { AZURE_GRAPH_ENDPOINT: "http://graph.microsoft.com" },
      "AZURE_GRAPH_ENDPOINT",
    ],
    [
      "a foreign authority",
      "global",
      { AZURE_AUTHORITY_HOST: "https://login.evil.example" },
      "AZURE_AUTHORITY_HOST",
    ],
    [
      "a host with Microsoft's as its beginning",
      "global",
      { AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com.evil.example" },
      "AZURE_AUTHORITY_HOST",
    ],
    [
      "a host with Microsoft's as its end, unparted",
      "global",
      { AZURE_GRAPH_ENDPOINT: "https://evilgraph.microsoft.com" },
      "AZURE_GRAPH_ENDPOINT",
    ],
    [
      "credentials before the host",
      "global",
      { AZURE_GRAPH_ENDPOINT: "https://a:b@graph.microsoft.com" },
      "AZURE_GRAPH_ENDPOINT",
    ],
    [
      "another port",
      "global",
      { AZURE_GRAPH_ENDPOINT: "https://graph.microsoft.com:8443" },
      "AZURE_GRAPH_ENDPOINT",
    ],
    [
      "a host of another cloud",
      "china",
      { AZURE_AUTHORITY_HOST: "https://login.microsoftonline.com" },
      "AZURE_AUTHORITY_HOST",
    ],
    [
      "an authority of a region, whose tokens name another issuer",
      "global",
      { AZURE_AUTHORITY_HOST: "https://westus.login.microsoftonline.com" },
      "AZURE_AUTHORITY_HOST",
    ],
    ["no URL at all", "usgov", { AZURE_GRAPH_ENDPOINT: "graph" }, "AZURE_GRAPH_ENDPOINT"],
  ];

  it.each(cases)("%s", (_what, name, overrides, variable) => {
    expect(resolveCloud(name, overrides)).toEqual({
      ok: false,
      error: { variable, expected: expect.stringContaining("AZURE_CLOUD") },
    });
  });
});
