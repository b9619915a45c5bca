import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { incomingAnswer, outgoingHeaders } from "../../../../src/connection/calls/call-headers.ts";
import type { NamedResource } from "../../../../src/entra/resource.ts";

const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const sent = (
  headers: Record<string, string>,
  resource: NamedResource = "graph",
  token: string | undefined = "t",
) => outgoingHeaders(new Headers(headers), { resource, token });

describe("a header of a request", () => {
  test.each([
    "accept",
    "consistencylevel",
    "content-range",
    "if-match",
    "prefer",
    "range",
    "workbook-session-id",
    "x-ms-version",
  ])("%s goes to Microsoft", (name) => {
    expect(sent({ [name]: "v" }).get(name)).toBe("v");
  });

  test.each([
    "cookie",
    "host",
    "forwarded",
    "x-forwarded-for",
    "cf-connecting-ip",
    "x-azure-connection",
    "x-http-method-override",
    "x-ms-authorization-auxiliary",
    "x-ms-copy-source-authorization",
    "proxy-authorization",
  ])("%s does not", (name) => {
    expect(sent({ [name]: "v" }).has(name)).toBe(false);
  });

  test("the caller's authorization is replaced, or removed where no token goes", () => {
    expect(sent({ authorization: "Bearer own" }).get("authorization")).toBe("Bearer t");
    const toStorage = outgoingHeaders(new Headers({ authorization: "Bearer own" }), {
      resource: "graph",
      token: undefined,
    });
    expect(toStorage.has("authorization")).toBe(false);
  });

  test("the caller's user agent is kept, and ours stands in for one that is missing", () => {
    expect(sent({ "user-agent": "ISV|app/1" }).get("user-agent")).toBe("ISV|app/1");
    expect(sent({}).get("user-agent")).toMatch(/azure/);
  });
});

describe("the request id", () => {
  test("is made for Graph, and the caller's is kept", () => {
    expect(sent({}).get("client-request-id")).toMatch(guid);
    expect(sent({ "client-request-id": "id" }).get("client-request-id")).toBe("id");
  });

  test.each<NamedResource>(["arm", "vault", "storage"])(
    "goes to %s by another name",
    (resource) => {
      const given = sent({ "client-request-id": "id" }, resource);
      expect(given.get("x-ms-client-request-id")).toBe("id");
      expect(given.get("x-ms-return-client-request-id")).toBe("true");
      expect(sent({}, resource).get("x-ms-client-request-id")).toMatch(guid);
      expect(
        sent({ "x-ms-client-request-id": "own" }, resource).get("x-ms-client-request-id"),
      ).toBe("own");
    },
  );
});

describe("an answer", () => {
  test("loses what belongs to Microsoft's origin, and what only this service may say", () => {
    const headers = {
      "set-cookie": "a=b",
      "www-authenticate": "Bearer",
      "access-control-allow-origin": "*",
      "alt-svc": "h3",
      "strict-transport-security": "max-age=31536000; includeSubDomains",
      "public-key-pins": 'pin-sha256="a"',
      "clear-site-data": '"cookies"',
      "report-to": "{}",
      "reporting-endpoints": 'default="https://reports.example/"',
      nel: "{}",
      "service-worker-allowed": "/",
      "content-security-policy": "default-src *",
      "content-security-policy-report-only": "report-uri https://reports.example/",
      "cross-origin-opener-policy": "same-origin",
      "permissions-policy": "camera=*",
      refresh: "0; url=https://elsewhere.example/",
      "x-frame-options": "ALLOWALL",
      "x-azure-error": "throttled",
      "x-azure-anything": "v",
      "retry-after": "3",
      "request-id": "r",
    };
    const answer = incomingAnswer(new Response("body", { status: 429, headers }), "GET");
    expect(answer.ok && [...answer.value.headers.keys()].toSorted()).toEqual([
      "content-type",
      "request-id",
      "retry-after",
    ]);
    expect(answer.ok && answer.value.status).toBe(429);
  });

  test("keeps every other header, whatever its name", () => {
    const name = fc.stringMatching(/^x-ms-[a-z]{1,12}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { maxLength: 12 }), (names) => {
        const headers = new Headers(names.map((one) => [one, "v"]));
        headers.set("access-control-max-age", "1");
        const answer = incomingAnswer(new Response(null, { headers }), "GET");
        expect(answer.ok && [...answer.value.headers.keys()]).toEqual(names.toSorted());
      }),
    );
  });

  test.each([
    ["GET", undefined],
    ["HEAD", undefined],
    ["POST", "unknown"],
    ["DELETE", "unknown"],
  ])(
    "with a status that HTTP does not know fails; a %s leaves its outcome %s",
    (method, outcome) => {
      for (const status of [0, 199, 600, 999]) {
        const odd = new Response("body");
        Object.defineProperty(odd, "status", { value: status });
        const answer = incomingAnswer(odd, method);
        expect(answer).toMatchObject({
          ok: false,
          error: {
            code: "upstream_error",
            details: { reason: "odd_status", upstream_status: status },
          },
        });
        expect(!answer.ok && answer.error.details?.outcome).toBe(outcome);
      }
    },
  );
});
