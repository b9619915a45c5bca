import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { clockOfEachTest } from "./support/clock.ts";
import { expectOk } from "./support/connections.ts";
import { imported, refreshTokenOf } from "./support/imports.ts";
import { tokenAnswers } from "./support/token-answers.ts";

const me = "https://graph.microsoft.com/v1.0/me";

const clock = clockOfEachTest();

interface Answer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

const odd = fc.jsonValue();
const number = fc.oneof(fc.double(), fc.double().map(String), odd);
const code = fc.oneof(
  fc.constantFrom(50173, 50076, 50196, 53003, 65001, 90094, 7000222, 7000229, 5000224, 28000),
  fc.nat(9_999_999),
  odd,
);
const body = fc.oneof(
  fc.jsonValue(),
  // No refresh token that can be read: the next refresh would send it, as it should.
  fc.record(
    {
      access_token: fc.oneof(fc.constantFrom("the-access-token", "a\r\nb", ""), odd),
      token_type: fc.oneof(fc.constantFrom("Bearer", "bearer"), odd),
      expires_in: number,
      refresh_in: number,
      scope: fc.oneof(fc.constantFrom("User.Read", ""), odd),
      refresh_token: fc.oneof(fc.constantFrom("a\nb", ""), fc.constant([]), fc.double()),
      client_info: odd,
    },
    { requiredKeys: ["access_token", "token_type"] },
  ),
  fc.record(
    {
      error: fc.oneof(
        fc.constantFrom("invalid_grant", "invalid_client", "interaction_required", "x"),
        odd,
      ),
      error_codes: fc.oneof(fc.array(code, { maxLength: 3 }), code),
      suberror: fc.oneof(fc.constantFrom("bad_token", "basic_action", "constructor"), odd),
      claims: fc.oneof(
        odd.map((value) => JSON.stringify(value)),
        odd,
      ),
    },
    { requiredKeys: [] },
  ),
);
const answer: fc.Arbitrary<Answer> = fc.record({
  status: fc.oneof(fc.constantFrom(200, 400, 401), fc.integer({ min: 200, max: 599 })),
  headers: fc.dictionary(
    fc.constantFrom("retry-after", "retry-after-ms", "x-ms-retry-after-ms", "x-ms-request-id"),
    fc.oneof(fc.double().map(String), fc.string({ unit: "grapheme-ascii" })),
  ),
  text: fc.oneof(
    body.map((value) => JSON.stringify(value)),
    fc.string(),
  ),
});

/** The next answer of Entra's token endpoint is this; the others are the sandbox's. */
function answerOnce({ status, headers, text }: Answer): void {
  const send = globalThis.fetch;
  let given = false;
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    if (given || !request.url.includes(tokenAnswers)) return send(request);
    given = true;
    const empty = [204, 205, 304].includes(status);
    return new Response(empty ? null : text, { status, headers });
  });
}

test("whatever Entra answers a refresh, the connection says what to do, and a refresh mends it", async () => {
  const refreshToken = await refreshTokenOf("ada@contoso.example");
  await fc.assert(
    fc.asyncProperty(answer, async (given) => {
      const { stub } = await imported(refreshToken);
      await clock.advance(4_000);
      answerOnce(given);
      for (let call = 0; call < 3; call += 1) {
        const response = await stub.fetch(me);
        const { code: told = "ok" } = await response.json<{ code?: string }>();
        expect(["ok", "action_required", "app_misconfigured", "upstream_unavailable"]).toContain(
          told,
        );
      }
      const { resources } = expectOk(await stub.info());
      expect(resources.length).toBeGreaterThan(0);
      expectOk(await stub.events());
      vi.mocked(globalThis.fetch).mockRestore();

      await clock.advance(11);
      expect(expectOk(await stub.refresh()).status).toBe("active");
      const response = await stub.fetch(me);
      await response.arrayBuffer();
      expect(response.status).toBe(200);
    }),
    { numRuns: 80 },
  );
});
