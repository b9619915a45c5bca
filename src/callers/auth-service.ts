import * as z from "zod";
import { userIdSchema } from "../contract/connection-id.ts";
import type { AuthService } from "../platform/env.ts";
import { defaultUserScopes, userScopesIn, type Caller } from "./caller.ts";

const answerSchema = z
  .object({ userId: userIdSchema, scopes: z.array(z.string()).optional() })
  .nullable();

/**
 * The caller a token of the host application's own stands for. The host says who it is and may
 * narrow or widen what it may do, but never beyond what a user may have.
 *
 * @returns undefined when the host does not know the token, or answers something else than agreed
 */
export async function callerOfAuthToken(
  auth: AuthService,
  token: string,
): Promise<Caller | undefined> {
  const answer = answerSchema.safeParse(await auth.validate(token)).data;
  if (answer === undefined || answer === null) return undefined;
  const { userId, scopes = defaultUserScopes } = answer;
  return { kind: "auth", id: userId, userId, scopes: userScopesIn(scopes) };
}
