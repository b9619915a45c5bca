import { err, ok, type Result } from "../contract/result.ts";
import { scopes } from "../contract/scope.ts";
import { apiKeys, type ApiKey } from "./values.ts";

/** `azk_dev_sandbox`: the key of the README's first call. It opens nothing outside the sandbox. */
const sandboxKey: ApiKey = {
  id: "dev",
  sha256: "b7ad567477c83756aab9a542b2be04f77dbae25115d85f22070d74d8cc4779dc",
  scopes: [...scopes],
};

/** The keys of a deployment: in the sandbox there is always the one of the README. */
export function keysOf(json: string | undefined, sandbox: boolean): Result<ApiKey[], string> {
  if (json === undefined) {
    return sandbox ? ok([sandboxKey]) : err('must be a JSON array of keys; "[]" for none');
  }
  const keys = apiKeys(json);
  if (!keys.ok || !sandbox) return keys;
  return ok([...keys.value.filter((key) => key.id !== sandboxKey.id), sandboxKey]);
}
