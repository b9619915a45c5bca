import { defined } from "../contract/defined.ts";
import { AzureError, invalidField } from "../contract/errors.ts";
import { ok } from "../contract/result.ts";
import { isErrorDocument, recordOf, textOf } from "../http/json.ts";
import { PagedItems } from "../http/page.ts";
import { upstreamFailure, unexpectedBody } from "../http/upstream-error.ts";
import type { Page } from "../api/operation.ts";
import type { ConnectionContext } from "./context.ts";
import { readPage, type PageQuery } from "./page.ts";
import { admit } from "./serve.ts";

/** A secret of Key Vault without its value. */
export interface SecretItem {
  name: string;
  enabled?: boolean;
  content_type?: string;
  /** RFC 3339. */
  updated?: string;
  expires?: string;
}

/** The newest that every cloud has. */
const apiVersion = "7.4";
/** Key Vault gives no more at once. */
const longestPage = 25;
/** What a vault, and a secret in it, may be called. */
export const vaultName = /^[a-zA-Z](?:[a-zA-Z0-9]|-(?!-)){1,22}[a-zA-Z0-9]$/;
export const secretName = /^[0-9a-zA-Z-]{1,127}$/;

/**
 * Names of a vault's secrets, in pages.
 *
 * @throws AzureError `invalid_request` naming `vault`, `forbidden` without `vault:read`, and what Key Vault answers
 */
export function listSecrets(
  context: ConnectionContext,
  { vault, ...query }: PageQuery & { vault: string },
): Promise<Page<SecretItem>> {
  admit(context, ["vault:read"]);
  return readPage(
    context,
    `/vaults/${vault.toLowerCase()}/secrets`,
    query,
    ({ top }) =>
      new PagedItems(async ({ link: token }) => {
        const body = await read(context, vault, "/secrets", {
          maxresults: String(Math.min(top, longestPage)),
          ...(token !== undefined && { $skiptoken: token }),
        });
        const { value } = body;
        if (!Array.isArray(value)) throw new AzureError(unexpectedBody(false));
        return ok({ items: value.map(itemOf), nextLink: tokenOf(body["nextLink"]) });
      }),
  );
}

/**
 * A secret with its value, in its newest version.
 *
 * @throws AzureError `invalid_request` naming `vault` or `name`, `forbidden` without `vault:read`, and what Key Vault answers
 */
export async function getSecret(
  context: ConnectionContext,
  { vault, name }: { vault: string; name: string },
): Promise<SecretItem & { value: string }> {
  admit(context, ["vault:read"]);
  if (!secretName.test(name)) throw new AzureError(invalidField("name", "is no name of a secret"));
  const body = await read(context, vault, `/secrets/${name}`, {});
  const value = textOf(body["value"]);
  if (value === undefined) throw new AzureError(unexpectedBody(false));
  return { ...itemOf(body), value };
}

async function read(
  context: ConnectionContext,
  vault: string,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<Record<string, unknown>> {
  if (!vaultName.test(vault)) throw new AzureError(invalidField("vault", "is no name of a vault"));
  const { vaultSuffix } = context.config.cloud;
  const url = new URL(`https://${vault.toLowerCase()}.${vaultSuffix}${path}`);
  url.search = new URLSearchParams({ "api-version": apiVersion, ...query }).toString();
  const answer = await context.fetcher.fetch(url.href, { headers: { accept: "application/json" } });
  if (answer.status !== 200) {
    throw new AzureError(await upstreamFailure(answer, { now: context.now(), write: false }));
  }
  const body: unknown = await answer.json().catch(() => undefined);
  if (isErrorDocument(body)) throw new AzureError(unexpectedBody(false));
  return recordOf(body);
}

/** Of its link to the next page, what says where: the address is made here. */
function tokenOf(link: unknown): string | undefined {
  const url = typeof link === "string" ? URL.parse(link) : null;
  return url?.searchParams.get("$skiptoken") ?? undefined;
}

function itemOf(secret: unknown): SecretItem {
  const { id, contentType, attributes } = recordOf(secret);
  const { enabled, updated, exp } = recordOf(attributes);
  return {
    name: /\/secrets\/([^/]+)/.exec(textOf(id) ?? "")?.[1] ?? "",
    ...defined({
      enabled: typeof enabled === "boolean" ? enabled : undefined,
      content_type: textOf(contentType),
      updated: timeOf(updated),
      expires: timeOf(exp),
    }),
  };
}

/** Key Vault's times are seconds since the epoch. */
const timeOf = (seconds: unknown): string | undefined =>
  typeof seconds === "number" && Math.abs(seconds) < 1e11
    ? new Date(seconds * 1000).toISOString()
    : undefined;
