/** What a handler of the vault says. */
export interface Answer {
  status: number;
  body?: unknown;
  headers?: Record<string, string>;
}

/** A Key Vault error in its envelope; note the small `innererror`. */
export function failure(
  status: number,
  code: string,
  message: string,
  options: { inner?: string; headers?: Record<string, string> } = {},
): Answer {
  const { inner, headers } = options;
  return {
    status,
    body: { error: { code, message, ...(inner && { innererror: { code: inner } }) } },
    ...(headers && { headers }),
  };
}

export const ok = (body: unknown): Answer => ({ status: 200, body });

export const badParameter = (message: string) => failure(400, "BadParameter", message);

export const secretNotFound = (name: string) =>
  failure(
    404,
    "SecretNotFound",
    `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be able to recover it using the correct recovery command. For help resolving this issue, please see https://go.microsoft.com/fwlink/?linkid=2125182`,
  );

export const deletedSecretNotFound = (name: string) =>
  failure(
    404,
    "SecretNotFound",
    `A deleted secret with (name/id) ${name} was not found in this key vault.`,
  );
