import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { tenantInBody } from "../../../../src/connection/calls/tenant-challenge.ts";
import { parseChallenge } from "../../../../src/entra/claims.ts";
import { ManualTimer } from "../../../support/manual-timer.ts";

const home = "aaaaaaaa-0000-4000-8000-00000000000a";
const other = "bbbbbbbb-0000-4000-8000-00000000000b";
const guid = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/;

const issuer = (tenant: string) => `https://sts.windows.net/${tenant}/`;
const sentence = `The access token is from the wrong issuer '${issuer(home)}'. It must match the tenant '${issuer(other.toUpperCase())}' associated with this subscription.`;
const tenantIn = (body: unknown) => {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return tenantInBody(new Response(text, { status: 401 }), home, new ManualTimer().timer);
};
const wrongTenant = (message: unknown, code: unknown = "InvalidAuthenticationTokenTenant") => ({
  error: { code, message },
});

describe("the tenant that ARM names", () => {
  test("is the one of its sentence that is not ours", async () => {
    expect(await tenantIn(wrongTenant(sentence))).toBe(other);
  });

  test.each<[string, unknown]>([
    ["another code", wrongTenant(sentence, "InvalidAuthenticationToken")],
    ["a code that is no text", wrongTenant(sentence, ["InvalidAuthenticationTokenTenant"])],
    ["no sentence", wrongTenant(undefined)],
    ["a sentence that is a list", wrongTenant([sentence])],
    ["our own tenant alone", wrongTenant(issuer(home))],
    ["another host", wrongTenant(`https://sts.windows.net.evil.example/${other}/`)],
    ["what is no GUID", wrongTenant(issuer("../../common"))],
    ["half a body", JSON.stringify(wrongTenant(sentence)).slice(0, -3)],
    ["HTML", "<html>502</html>"],
    ["nothing", ""],
    ["a depth of 200,000", "[".repeat(200_000)],
    ["200,000 levels", `${"[".repeat(200_000)}${"]".repeat(200_000)}`],
  ])("is none for %s", async (_, body) => {
    expect(await tenantIn(body)).toBeUndefined();
  });

  test("is read from what has come of a body that never ends, within five seconds", async () => {
    const clock = new ManualTimer();
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        controller.enqueue(new TextEncoder().encode(JSON.stringify(wrongTenant(sentence))));
      },
      cancel: () => {
        cancelled = true;
      },
    });
    const tenant = tenantInBody(new Response(body), home, clock.timer);
    await new Promise((resolve) => setImmediate(resolve));
    clock.elapse(4_999);
    expect([clock.waiting, cancelled]).toEqual([1, false]);
    clock.elapse(1);
    expect([await tenant, cancelled]).toEqual([other, true]);
  });

  test("is none for a body without end, of which the beginning is read", async () => {
    let chunks = 0;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        chunks += 1;
        controller.enqueue(new TextEncoder().encode(" ".repeat(4_096)));
      },
    });
    const answer = new Response(body);
    expect(await tenantInBody(answer, home, new ManualTimer().timer)).toBeUndefined();
    expect(chunks).toBeLessThan(20);
  });

  test("is none for a body that breaks off", async () => {
    const body = new ReadableStream({ start: (controller) => controller.error(new Error("cut")) });
    const answer = new Response(body);
    expect(await tenantInBody(answer, home, new ManualTimer().timer)).toBeUndefined();
  });

  test("is a GUID that is not ours, or none, for any JSON and any sentence", async () => {
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc
        .array(fc.constantFrom(issuer(home), issuer(other), sentence, "'", " "), { maxLength: 4 })
        .map((parts) => parts.join("")),
    );
    const body = fc.oneof(
      fc.jsonValue(),
      text,
      fc.record({
        error: fc.record({ code: fc.constant("InvalidAuthenticationTokenTenant"), message: text }),
      }),
    );
    await fc.assert(
      fc.asyncProperty(body, async (value) => {
        const tenant = await tenantIn(value);
        expect(tenant ?? other).toMatch(guid);
        expect(tenant).not.toBe(home);
      }),
    );
  });
});

describe("the tenant that a challenge names", () => {
  test("is a GUID or none, for any header", () => {
    const part = fc.oneof(
      fc.constantFrom(
        "Bearer ",
        'authorization_uri="',
        "authorization=",
        `https://login.microsoftonline.com/${other}`,
        "https://login.windows.net/common",
        '", ',
        "\\",
        'claims="',
        'error="insufficient_claims"',
      ),
      fc.string({ maxLength: 20 }).map((text) => text.replaceAll(/[^\x21-\x7e]/g, " ")),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
        const header = parts.join("");
        const { tenantId, claims } = parseChallenge(new Headers({ "www-authenticate": header }));
        expect(tenantId ?? other).toMatch(guid);
        expect(JSON.parse(claims ?? "{}")).toBeTypeOf("object");
      }),
    );
  });
});
