import { vi } from "vitest";

/** What must not be found, and where it may be because that is what the place is for. */
export interface Secret {
  kind: string;
  value: string;
  allowedAt?: string;
}

/** A text that somebody could come to read, and where it was found. */
export interface Evidence {
  place: string;
  text: string;
}

export interface Finding {
  kind: string;
  place: string;
  form: string;
}

const bytesOf = (text: string) => Buffer.from(text, "utf8");

/** Long secrets betray themselves by a part, such as the signature of a token in a cut log line. */
const telling = 32;

/**
 * Base64 of a text that holds `value` anywhere: what comes before shifts it by none, one or two
 * bytes, and the characters at its ends are mixed with its neighbours'.
 */
function inBase64(value: string, encoding: "base64" | "base64url"): string[] {
  return [0, 1, 2].map((shift) => {
    const encoded = Buffer.concat([Buffer.alloc(shift), bytesOf(value)]).toString(encoding);
    const start = shift === 0 ? 0 : shift + 1;
    const whole = Math.floor(((shift + bytesOf(value).length) * 8) / 6);
    return encoded.slice(start, whole);
  });
}

const escaped = (text: string): string => JSON.stringify(text).slice(1, -1);

/** The forms in which a secret can hide in a text. Hexadecimal is compared in lower case. */
function formsOf({ value }: Secret): readonly [string, readonly string[]][] {
  return [
    ["plain", [value]],
    ["its end", value.length >= 2 * telling ? [value.slice(-telling)] : []],
    ["base64", inBase64(value, "base64")],
    ["base64url", inBase64(value, "base64url")],
    ["hexadecimal", [bytesOf(value).toString("hex")]],
    [
      "percent-encoded",
      [encodeURIComponent(value), new URLSearchParams({ v: value }).toString().slice(2)],
    ],
    // Log lines are JSON, and quote JSON.
    ["JSON-escaped", [escaped(value), escaped(escaped(value))]],
  ];
}

/** Every place at which a secret is found that has no business there. */
export function hunt(secrets: readonly Secret[], evidence: readonly Evidence[]): Finding[] {
  const findings = new Map<string, Finding>();
  const texts = evidence.map(({ place, text }) => ({ place, text, lower: text.toLowerCase() }));
  for (const secret of secrets) {
    for (const [form, needles] of formsOf(secret)) {
      for (const { place, text, lower } of texts) {
        if (secret.allowedAt !== undefined && place.startsWith(secret.allowedAt)) continue;
        const haystack = form === "hexadecimal" ? lower : text;
        if (!needles.some((needle) => haystack.includes(needle))) continue;
        const finding = { kind: secret.kind, place, form };
        findings.set(JSON.stringify(finding), finding);
      }
    }
  }
  return [...findings.values()];
}

const secretFields = [
  "access_token",
  "refresh_token",
  "id_token",
  "code",
  "code_verifier",
  "client_secret",
  "client_assertion",
];

/** Collects what passes between the Worker and Microsoft, and what the Worker writes to the console. */
export class Surveillance {
  readonly secrets = new Map<string, Secret>();
  readonly evidence: Evidence[] = [];

  /** Until mocks are restored. */
  begin(): void {
    const send = globalThis.fetch;
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const request = new Request(input, init);
      if (request.url.includes("/_sandbox") || request.url.includes("/authorize")) {
        return send(request);
      }
      this.see(`URL asked for: ${request.method}`, request.url);
      const [, bearer] = /^Bearer (.+)$/.exec(request.headers.get("authorization") ?? "") ?? [];
      if (bearer !== undefined) this.keep("access_token", bearer);
      if (!request.url.includes("/oauth2/v2.0/token")) return send(request);
      const form = new TextDecoder().decode(await request.clone().arrayBuffer());
      this.#keepFields(Object.fromEntries(new URLSearchParams(form)));
      const response = await send(request);
      const answer: unknown = await response
        .clone()
        .json()
        .catch(() => undefined);
      if (typeof answer === "object" && answer !== null) this.#keepFields({ ...answer });
      return response;
    });
    for (const method of ["log", "info", "warn", "error", "debug"] as const) {
      vi.spyOn(console, method).mockImplementation((...parts: unknown[]) => {
        this.see("console", parts.map((part) => textOf(part)).join(" "));
      });
    }
  }

  keep(kind: string, value: string, allowedAt?: string): void {
    if (value === "" || this.secrets.has(value)) return;
    this.secrets.set(value, { kind, value, ...(allowedAt !== undefined && { allowedAt }) });
  }

  see(place: string, content: unknown): void {
    this.evidence.push({ place, text: textOf(content) });
  }

  findings(): Finding[] {
    return hunt([...this.secrets.values()], this.evidence);
  }

  #keepFields(fields: Record<string, unknown>): void {
    for (const name of secretFields) {
      const value = fields[name];
      if (typeof value === "string") this.keep(name, value);
    }
  }
}

/** Errors whole, with what a careless logger would make of them. */
function textOf(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Error) return `${value.stack ?? value.message} ${textOf(value.cause ?? "")}`;
  return JSON.stringify(value) ?? String(value);
}
