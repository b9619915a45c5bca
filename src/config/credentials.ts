import type { ClientCertificate } from "../entra/certificate.ts";
import type { AskAssertion, Credential, Federation } from "../entra/credential.ts";
import { readPem } from "../entra/pem.ts";
import { readRsaKey } from "../entra/rsa-key.ts";
import type { RsaKey } from "../entra/rsa-key.ts";
import { err, ok, type Result } from "../contract/result.ts";

/** What proves to Entra who the application is; each is optional, one is needed. */
export interface CredentialValues {
  ASSERTION?: AskAssertion | undefined;
  AZURE_FEDERATION_KEYS?: readonly RsaKey[] | undefined;
  AZURE_FEDERATION_SUBJECT: string;
  AZURE_CLIENT_CERTIFICATE?: ClientCertificate | undefined;
  AZURE_CLIENT_CERTIFICATE_2?: ClientCertificate | undefined;
  AZURE_CLIENT_SECRET?: readonly string[] | undefined;
}

/** The variables of which one has to be there. */
export const credentialVariables = [
  "ASSERTION",
  "AZURE_FEDERATION_KEYS",
  "AZURE_CLIENT_CERTIFICATE",
  "AZURE_CLIENT_CERTIFICATE_2",
  "AZURE_CLIENT_SECRET",
] as const;

export const expectedCredential =
  "must be set, or another credential of the application: AZURE_FEDERATION_KEYS, AZURE_CLIENT_CERTIFICATE, or the binding ASSERTION";

/** Private keys, of which the first signs. A refusal is the tail of a sentence, and repeats no value. */
export function federationKeys(text: string): Result<RsaKey[], string> {
  const blocks = readPem(text);
  if (blocks.length === 0) {
    return err('must be PEM: private keys ("BEGIN PRIVATE KEY"), of which the first signs');
  }
  const keys: RsaKey[] = [];
  for (const [index, block] of blocks.entries()) {
    const key = readRsaKey(block);
    if (!key.ok)
      return blocks.length === 1 ? key : err(`is wrong in key ${index + 1}: it ${key.error}`);
    if (keys.some(({ n }) => n === key.value.n)) return err("must not hold a key twice");
    keys.push(key.value);
  }
  return ok(keys);
}

/** What Entra compares with the subject of the registered federated credential. */
export const federationSubject = (text: string): Result<string, string> =>
  text.length <= 600 ? ok(text) : err("must have at most 600 characters, as Entra allows no more");

/** @returns undefined where nothing is bound */
export function assertionBinding(binding: unknown): Result<AskAssertion | undefined, string> {
  if (binding === undefined || binding === "") return ok(undefined);
  if (!isAssertionService(binding)) {
    return err("must be a service binding to a Worker with the method assertion");
  }
  return ok((request) => binding.assertion(request));
}

interface AssertionLike {
  assertion: AskAssertion;
}

/** A binding has every method that it is asked for; whether the sibling has it shows when it is called. */
const isAssertionService = (binding: unknown): binding is AssertionLike =>
  ((typeof binding === "object" && binding !== null) || typeof binding === "function") &&
  typeof Reflect.get(binding, "assertion") === "function";

/** The issuer of this Worker; undefined without keys. */
export const federationOf = (
  values: Pick<CredentialValues, "AZURE_FEDERATION_KEYS" | "AZURE_FEDERATION_SUBJECT">,
  publicOrigin: string,
): Federation | undefined =>
  values.AZURE_FEDERATION_KEYS && {
    issuer: `${publicOrigin}/federation`,
    subject: values.AZURE_FEDERATION_SUBJECT,
    keys: values.AZURE_FEDERATION_KEYS,
  };

/** The credentials in the order in which they are tried. */
export function credentialsOf(
  values: CredentialValues,
  federation: Federation | undefined,
): readonly Credential[] {
  const { ASSERTION: ask, AZURE_CLIENT_SECRET: secrets = [] } = values;
  const [signing] = federation === undefined ? [] : federationCredentials(federation);
  const certificates = (
    ["AZURE_CLIENT_CERTIFICATE", "AZURE_CLIENT_CERTIFICATE_2"] as const
  ).flatMap((variable) => {
    const certificate = values[variable];
    return certificate === undefined
      ? []
      : [{ kind: "certificate", variable, certificate } as const];
  });
  return [
    ...(ask === undefined ? [] : [{ kind: "assertion", variable: "ASSERTION", ask } as const]),
    ...(signing === undefined ? [] : [signing]),
    ...certificates,
    ...secrets.map(
      (secret, index) =>
        ({
          kind: "secret",
          variable: "AZURE_CLIENT_SECRET",
          secret,
          position: index + 1,
        }) as const,
    ),
  ];
}

/** A credential of each published key: the first is used, the others can be checked before they are. */
export const federationCredentials = ({ issuer, subject, keys }: Federation): Credential[] =>
  keys.map((key) => ({
    kind: "federation",
    variable: "AZURE_FEDERATION_KEYS",
    key,
    issuer,
    subject,
  }));
