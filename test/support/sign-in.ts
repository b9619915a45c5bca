import * as z from "zod";

export interface SignIn {
  userId: string;
  /** Default: Ada, who is an administrator. */
  account?: string;
  /** Added to the default ones. */
  scopes?: readonly string[];
}

const startSchema = z.object({ auth_url: z.string() });

/**
 * Signs a user in over HTTP, as a browser would: start, Microsoft's page, callback.
 * @param url of the Worker
 * @throws Error with the page's text when the sign-in fails
 */
export async function signIn(url: string, options: SignIn): Promise<void> {
  const { userId, account = "ada@contoso.example", scopes = [] } = options;
  const query = new URLSearchParams({ user_id: userId });
  if (scopes.length > 0) query.set("scopes", scopes.join(" "));
  const start = await fetch(`${url}/connect?${query}`, { redirect: "manual" });
  const authorize = new URL(
    start.headers.get("location") ?? startSchema.parse(await start.json()).auth_url,
  );
  authorize.searchParams.set("sandbox_account", account);
  authorize.searchParams.set("sandbox_decision", "approve");
  const decided = await fetch(authorize, { redirect: "manual" });
  // The registered redirect URI names the developer's port; the Worker under test has another.
  const { search } = new URL(decided.headers.get("location") ?? "about:blank");
  const cookie = start.headers
    .getSetCookie()
    .map((one) => one.split(";", 1)[0])
    .join("; ");
  const finished = await fetch(`${url}/callback${search}`, { headers: { cookie } });
  if (!finished.ok) throw new Error(`The sign-in of ${account} failed: ${await finished.text()}`);
}
