import * as z from "zod";
import { type Answer, badParameter, failure, ok, secretNotFound } from "./answer.ts";
import type { DataAction } from "./authentication.ts";
import { page } from "./paging.ts";
import { presentBundle, presentDeleted, presentEntry, presentUpdated } from "./present-secret.ts";
import { type Secret, type SecretVersion, versionOf } from "./secret-store.ts";
import type { Vault } from "./vaults.ts";

/** A request on its way through a handler. */
export interface Call {
  vault: Vault;
  request: Request;
  url: URL;
  base: string;
  pageSize: number | null;
  /** What follows the collection: a name, then a version or a word. */
  rest: readonly string[];
}

export interface Operation {
  action: DataAction;
  run: (call: Call) => Answer | Promise<Answer>;
}

const attributes = z.object({
  enabled: z.boolean().optional(),
  nbf: z.number().int().optional(),
  exp: z.number().int().optional(),
});

/** Key Vault names neither the property nor its limit. */
const tooMuch = "Property has invalid value\r\n";
const LARGEST_VALUE_BYTES = 25 * 1024;
const LONGEST_CONTENT_TYPE = 255;
const MOST_TAGS = 15;
const LONGEST_TAG_TEXT = 256;

const tags = z.record(z.string(), z.string()).refine((all) => {
  const pairs = Object.entries(all);
  return pairs.length <= MOST_TAGS && pairs.flat().every((text) => text.length <= LONGEST_TAG_TEXT);
}, tooMuch);

const setBody = z.object({
  value: z
    .string({ error: "The value of the secret is missing." })
    .refine((text) => new TextEncoder().encode(text).length <= LARGEST_VALUE_BYTES, tooMuch),
  contentType: z.string().max(LONGEST_CONTENT_TYPE, tooMuch).optional(),
  tags: tags.optional(),
  attributes: attributes.optional(),
});

const updateBody = setBody.omit({ value: true });

async function readBody<Schema extends z.ZodType>(
  request: Request,
  schema: Schema,
): Promise<{ ok: true; value: z.output<Schema> } | { ok: false; refusal: Answer }> {
  const json: unknown = await request.json().catch(() => undefined);
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, value: parsed.data };
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") ?? "";
  const reason = issue?.message ?? "";
  return {
    ok: false,
    refusal: badParameter(
      reason === tooMuch ? tooMuch : `Parameter '${where}' is invalid: ${reason}`,
    ),
  };
}

/**
 * Members that are undefined are left out, for they would not be in the JSON either. The cast
 * restores the names, which `Object.fromEntries` forgets.
 */
const defined = <Members extends object>(members: Members) =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Members]?: Exclude<Members[Name], undefined>;
  };

export function answerList(
  { url, base, pageSize }: Pick<Call, "url" | "base" | "pageSize">,
  items: readonly unknown[],
): Answer {
  const result = page(items, { url, base, pageSize });
  return "status" in result ? result : ok(result);
}

const current = (secret: Secret): SecretVersion[] => secret.versions.slice(-1);

const listSecrets = (call: Call): Answer =>
  answerList(
    call,
    call.vault.secrets
      .list()
      .flatMap((secret) => current(secret).map((each) => presentEntry(call.vault, secret, each))),
  );

function find({
  vault,
  rest,
}: Call): { secret: Secret; version: SecretVersion } | { refusal: Answer } {
  const [name = "", version] = rest;
  const secret = vault.secrets.get(name);
  const found = secret && versionOf(secret, version);
  return secret && found
    ? { secret, version: found }
    : { refusal: secretNotFound(rest.filter(Boolean).join("/")) };
}

function getSecret(call: Call): Answer {
  const found = find(call);
  if ("refusal" in found) return found.refusal;
  const { secret, version } = found;
  if (!version.attributes.enabled)
    return failure(403, "Forbidden", "Operation get is not allowed on a disabled secret.", {
      inner: "SecretDisabled",
    });
  return ok(presentBundle(call.vault, secret, version));
}

function listVersions(call: Call): Answer {
  const [name = ""] = call.rest;
  const secret = call.vault.secrets.get(name);
  if (!secret) return secretNotFound(name);
  return answerList(
    call,
    secret.versions.map((each) => presentUpdated(call.vault, secret, each)),
  );
}

async function setSecret(call: Call): Promise<Answer> {
  const { vault, request } = call;
  const [name = ""] = call.rest;
  const body = await readBody(request, setBody);
  if (!body.ok) return body.refusal;
  if (vault.secrets.getDeleted(name))
    return failure(
      409,
      "Conflict",
      `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, the secret can only be recovered or purged.`,
      { inner: "ObjectIsDeletedButRecoverable" },
    );
  const { value, ...rest } = body.value;
  const { secret, version } = vault.secrets.set(name, {
    value,
    ...defined({ contentType: rest.contentType, tags: rest.tags }),
    attributes: defined(rest.attributes ?? {}),
  });
  return ok(presentBundle(vault, secret, version));
}

async function updateSecret(call: Call): Promise<Answer> {
  const found = find(call);
  if ("refusal" in found) return found.refusal;
  const body = await readBody(call.request, updateBody);
  if (!body.ok) return body.refusal;
  const { version, secret } = found;
  const { attributes: changed, contentType, tags: tagged } = body.value;
  Object.assign(version, defined({ contentType, tags: tagged }));
  Object.assign(version.attributes, defined(changed ?? {}), { updated: call.vault.secrets.now() });
  return ok(presentUpdated(call.vault, secret, version));
}

function deleteSecret({ vault, rest }: Call): Answer {
  const [name = ""] = rest;
  const secret = vault.secrets.get(name);
  const version = secret && versionOf(secret);
  if (!secret || !version) return secretNotFound(name);
  return ok(presentDeleted(vault, vault.secrets.delete(secret), version));
}

/** The operation a path below `/secrets` and a method name; undefined for none. */
export function secretOperation(method: string, rest: readonly string[]): Operation | undefined {
  const [, second] = rest;
  switch (`${method} ${rest.length}`) {
    case "GET 0":
      return { action: "list", run: listSecrets };
    case "GET 1":
      return { action: "get", run: getSecret };
    case "GET 2":
      return second?.toLowerCase() === "versions"
        ? { action: "list", run: listVersions }
        : { action: "get", run: getSecret };
    case "PUT 1":
      return { action: "set", run: setSecret };
    case "PATCH 1":
    case "PATCH 2":
      return { action: "update", run: updateSecret };
    case "DELETE 1":
      return { action: "delete", run: deleteSecret };
    default:
      return undefined;
  }
}
