import { describe, expect, it } from "vitest";
import {
  refuseGatewayVersion,
  refuseProviderVersion,
  requestedApiVersion,
} from "../../sandbox/arm/api-version.ts";
import { findProvider, findType } from "../../sandbox/arm/providers.ts";

const url = (query: string) => new URL(`https://management.azure.com/subscriptions${query}`);

const codeOf = (answer: unknown) => {
  expect(answer).toMatchObject({ body: { error: { code: expect.any(String) } } });
  return (answer as { body: { error: { code: string } } }).body.error.code;
};

function vaults() {
  const provider = findProvider("microsoft.keyvault");
  const type = provider && findType(provider, "VAULTS");
  if (!type) throw new Error("Key Vault is not among the providers");
  return type;
}

describe("the api-version of a request", () => {
  it.each(["?api-version=2022-12-01", "?API-Version=2022-12-01", "?api%2Dversion=2022-12-01"])(
    "is read from %s",
    (query) => {
      expect(requestedApiVersion(url(query))).toBe("2022-12-01");
    },
  );

  it.each(["", "?api-version=", "?apiversion=2022-12-01"])("is missing from %j", (query) => {
    expect(codeOf(requestedApiVersion(url(query)))).toBe("MissingApiVersionParameter");
  });

  it.each([
    "2026-06-01",
    "2025-04-01",
    "2022-12-01",
    "2021-04-01",
    "2021-01-01",
    "2018-07-01",
    "2016-07-01",
    "2024-06-01-PREVIEW",
    "2014-04",
  ])("%s is one of ARM's own", (version) => {
    expect(refuseGatewayVersion(version)).toBeUndefined();
  });

  it.each(["2021-03-01", "latest", "2025-05-01-preview", "2026-07-01", "2099-01-01"])(
    "%s is not",
    (version) => {
      expect(codeOf(refuseGatewayVersion(version))).toBe("InvalidApiVersionParameter");
    },
  );

  it("is checked against the type's own list, and the refusal names it", () => {
    expect(refuseProviderVersion("2023-07-01", vaults(), "westeurope")).toBeUndefined();
    const refusal = refuseProviderVersion("2022-12-01", vaults(), "westeurope");
    expect(codeOf(refusal)).toBe("NoRegisteredProviderFound");
    expect(JSON.stringify(refusal)).toContain(
      "The supported api-versions are '2026-03-01-preview, 2026-02-01, 2025-05-01",
    );
    expect(codeOf(refuseProviderVersion("newest", vaults(), undefined))).toBe(
      "InvalidApiVersionParameter",
    );
  });
});
