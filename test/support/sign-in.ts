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
  let answer = start;
  // A personal account goes on from the callback to another page of Microsoft's.
  for (let page: URL | undefined = authorize; page; page = onwardTo(authorize, answer)) {
    answer = await callback(url, { page, account, cookie: cookiesSetBy(answer) });
  }
  if (!answer.ok) throw new Error(`The sign-in of ${account} failed: ${await answer.text()}`);
}

/** The callback that Microsoft's page leads to, when `account` approves there. */
async function callback(
  url: string,
  { page, account, cookie }: { page: URL; account: string; cookie: string },
): Promise<Response> {
  const decided = await fetch(approvalOf(page, account), { redirect: "manual" });
  // The registered redirect URI names the developer's port; the Worker under test has another.
  const { search } = new URL(decided.headers.get("location") ?? "about:blank");
  return fetch(`${url}/callback${search}`, { headers: { cookie }, redirect: "manual" });
}

/** What a browser asks a page of Microsoft's when `account` approves there. */
export function approvalOf(page: URL, account: string): URL {
  const approval = new URL(page);
  approval.searchParams.set("sandbox_account", account);
  approval.searchParams.set("sandbox_decision", "approve");
  return approval;
}

/** Where at Microsoft the browser is sent on to, if it is. */
export function onwardTo(authorize: URL, { headers }: { headers: Headers }): URL | undefined {
  const location = URL.parse(headers.get("location") ?? "");
  return location?.origin === authorize.origin ? location : undefined;
}

/** What the browser sends back after an answer. */
export const cookiesSetBy = ({ headers }: { headers: Headers }): string =>
  headers
    .getSetCookie()
    .map((one) => one.split(";", 1)[0])
    .join("; ");
