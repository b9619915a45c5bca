import * as z from "zod";
import { textOf } from "../../api/fields.ts";
import { getSecret, listSecrets, secretName, vaultName } from "../../operations/vault-secrets.ts";
import { defined } from "../../contract/defined.ts";
import { flag, listInput, listOf, listOutput, words } from "../fields.ts";
import { tool } from "../tool.ts";

const shape = {
  name: z.string(),
  enabled: flag,
  content_type: words,
  updated: words,
  expires: words,
} as const;

const vault = textOf(24)
  .refine((name) => vaultName.test(name), "is no name of a vault")
  .meta({ description: "Name of the vault." });
const secret = textOf(127).refine((name) => secretName.test(name), "is no name of a secret");

const list = tool({
  name: "keyvault_list_secrets",
  toolset: "keyvault",
  title: "List a vault's secrets",
  description: "Names and times of the secrets in an Azure Key Vault, without their values.",
  scope: "vault:read",
  input: { vault, ...listInput },
  output: listOutput(shape),
  run: async (call, { cursor, ...query }) => {
    const page = await listSecrets(await call.context(), { ...query, ...defined({ cursor }) });
    return listOf(page, (item) => ({ ...item }));
  },
});

const get = tool({
  name: "keyvault_get_secret",
  toolset: "keyvault",
  title: "Read a secret",
  description:
    "The value of a secret. The person is asked each time; a client that cannot ask gets none.",
  scope: "vault:read",
  input: { vault, name: secret },
  output: z.object({ ...shape, value: z.string() }),
  confirms: (input) => ({
    question: `Show the secret ${input.name} of the vault ${input.vault} to this agent?`,
    byPersonOnly: true,
  }),
  run: async (call, input) => ({ ...(await getSecret(await call.context(), input)) }),
});

export const keyvaultTools = [list, get];
