import * as z from "zod";
import { CLIENT_ID, CLIENT_SECRET } from "../../sandbox/constants.ts";

const authority = "https://login.microsoftonline.com/common/oauth2/v2.0";

const storedSchema = z.object({
  access_token: z.string(),
  /** Milliseconds since the epoch. */
  expires_at: z.number(),
  refresh_token: z.string(),
});
type Stored = z.infer<typeof storedSchema>;

const answerSchema = z.object({
  access_token: z.string(),
  expires_in: z.number(),
  refresh_token: z.string().optional(),
});

/**
 * The design this Worker departs from: the token lies in KV and is checked on every read; whoever
 * reads an expired one renews it and writes it back.
 */
export async function callByKv(tokens: KVNamespace, id: string, url: string): Promise<Response> {
  const stored = storedSchema.parse(await tokens.get(id, "json"));
  const { access_token: token } =
    stored.expires_at > Date.now() ? stored : await renewed(tokens, id, stored);
  return fetch(url, { headers: { authorization: `Bearer ${token}` } });
}

/** Puts a grant where `callByKv` looks for it; its first reader finds that its token has expired. */
export function shareByKv(tokens: KVNamespace, id: string, refreshToken: string): Promise<void> {
  return write(tokens, id, { access_token: "", expires_at: 0, refresh_token: refreshToken });
}

async function renewed(tokens: KVNamespace, id: string, stored: Stored): Promise<Stored> {
  const response = await fetch(`${authority}/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: CLIENT_ID,
      client_secret: CLIENT_SECRET,
      grant_type: "refresh_token",
      refresh_token: stored.refresh_token,
      scope: "https://graph.microsoft.com/.default offline_access",
    }),
  });
  if (!response.ok) throw new Error(`Entra refused the refresh: ${response.status}`);
  const answer = answerSchema.parse(await response.json());
  const token: Stored = {
    access_token: answer.access_token,
    expires_at: Date.now() + answer.expires_in * 1_000,
    refresh_token: answer.refresh_token ?? stored.refresh_token,
  };
  await write(tokens, id, token);
  return token;
}

const write = (tokens: KVNamespace, id: string, token: Stored): Promise<void> =>
  tokens.put(id, JSON.stringify(token));
