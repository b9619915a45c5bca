import { changed, json, oddValues, type OddCase, type OddCases } from "./odd-answer.ts";

/** An error body as Entra writes it. */
const refusal = (error: unknown, code: number | undefined, more: object = {}): OddCase["answer"] =>
  json(400, {
    error,
    ...(code !== undefined && {
      error_description: `AADSTS${code}: Told by the sandbox.\r\nTrace ID: 0`,
      error_codes: [code],
    }),
    ...more,
  });

/** What the token endpoint may answer to a refresh. */
export const tokenAnswers: OddCases = (random) => [
  ...([3599.5, 1e12, 1e13, 1e308, 0, -1, "3599", "soon", null, [], {}] as const).map((value) => ({
    name: `expires_in ${JSON.stringify(value)}`,
    answer: changed({ expires_in: value }),
  })),
  ...([0.5, 1e13, -1, "never", null, [1]] as const).map((value) => ({
    name: `refresh_in ${JSON.stringify(value)}`,
    answer: changed({ refresh_in: value }),
  })),
  ...[
    ["with a line break", "abc\r\nx-injected: 1"],
    ["of 64 KiB", "a".repeat(65_536)],
    ["that is empty", ""],
    ["that is a number", random.between(1, 9)],
    ["beyond ASCII", "tök€n"],
  ].map(([name, value]) => ({
    name: `an access token ${name}`,
    answer: changed({ access_token: value }),
  })),
  ...oddValues(random).map((value) => ({
    name: `token_type ${JSON.stringify(value)}`,
    answer: changed({ token_type: value }),
  })),
  ...oddValues(random).map((value) => ({
    name: `scope ${JSON.stringify(value)}`,
    answer: changed({ scope: value }),
  })),
  ...oddValues(random).map((value) => ({
    name: `a refresh token ${JSON.stringify(value)}`,
    answer: {
      as: "edit" as const,
      // A text that is no refresh token cannot be told from one that is: that is not played.
      edit: (document: Record<string, unknown>) => ({
        ...document,
        refresh_token: typeof value === "string" ? "" : value,
      }),
    },
  })),
  {
    name: "error words of odd types",
    answer: refusal({}, undefined, { error_codes: {}, suberror: [] }),
  },
  {
    name: "error codes as text",
    answer: refusal("temporarily_unavailable", undefined, { error_codes: ["90033"] }),
  },
  {
    name: "a code that nobody listed",
    answer: refusal("invalid_grant", 4_990_000 + random.between(1, 99)),
  },
  { name: "an error word that nobody listed", answer: refusal("strange_weather", undefined) },
  {
    name: "claims that are no JSON",
    answer: refusal("invalid_grant", undefined, { claims: "{" }),
    ends: "sign_in",
  },
  { name: "a 401 that names no reason", answer: json(401, {}) },
  { name: "a loop that Entra saw", answer: refusal("invalid_grant", 50196) },
  {
    name: "a revoked refresh token",
    answer: refusal("invalid_grant", 50173, { suberror: "bad_token" }),
    ends: "sign_in",
  },
  { name: "a secret that expired", answer: refusal("invalid_client", 7000222), ends: "fix_app" },
];

/** What the endpoint of the signing keys may answer. */
export const keyAnswers: OddCases = (random) =>
  oddValues(random).map((value) => ({
    name: `keys ${JSON.stringify(value)}`,
    answer: changed({ keys: value }),
  }));
