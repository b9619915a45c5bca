import { base64urlOfText } from "../encoding.ts";
import { userByName, users } from "../people.ts";
import type { SandboxUser } from "../world.ts";

/** The `login_hint` claim: an opaque name for the account, good for a later request's login_hint. */
export const loginHintOf = (user: SandboxUser): string => `O.${base64urlOfText(user.upn)}`;

/** The account a request's login_hint means: a sign-in name or the claim of an id_token. */
export function hintedUser(hint: string | undefined): SandboxUser | undefined {
  if (hint === undefined) return undefined;
  return userByName(hint) ?? users.find((user) => loginHintOf(user) === hint);
}
