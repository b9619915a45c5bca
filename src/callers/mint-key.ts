import { mintApiKey } from "./mint-api-key.ts";
import { scopes as everyScope } from "../contract/scope.ts";

/** Node's; this file is a program of its own and never part of the Worker. */
declare const process: { readonly argv: readonly string[]; exitCode?: number };

const [id, ...scopes] = process.argv.slice(2);
const minted = id === undefined ? undefined : await mintApiKey(id, scopes);
/* oxlint-disable no-console -- a program's answer */
if (minted?.ok) {
  console.log(`Key, for the server that calls; it is kept nowhere else:\n${minted.value.key}\n`);
  console.log(`Entry, for the array in API_KEYS:\n${JSON.stringify(minted.value.entry)}`);
} else {
  if (minted !== undefined) console.error(`The key ${minted.error}.\n`);
  console.error(`npm run mint-key -- ID SCOPE...   with scopes of: ${everyScope.join(" ")}`);
  process.exitCode = 1;
}
