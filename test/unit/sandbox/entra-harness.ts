import { CLIENT_ID, CLIENT_SECRET } from "../../sandbox/constants.ts";
import { createWorld } from "../../sandbox/create-world.ts";
import { createEntra } from "../../sandbox/entra/index.ts";

export const base = "https://login.microsoftonline.com";
export const redirectUri = "http://localhost:8787/callback";
export const armScope = "https://management.azure.com/user_impersonation";
const verifier = "v".repeat(43);
const challenge = "7w_YNF9DSfIdPf_pRjSq646_kPr-2-o9NAl16JGghdM";

export type Fields = Record<string, string | undefined>;
const encode = (fields: Fields) =>
  new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]): [string, string][] =>
      value === undefined ? [] : [[name, value]],
    ),
  );

interface TokenJson {
  access_token?: string;
  refresh_token?: string;
  id_token?: string;
  scope?: string;
  error?: string;
  error_description?: string;
  suberror?: string;
  correlation_id?: string;
  error_codes?: number[];
}

/** An Entra of its own, asked as the application asks it: Ada approves, unless told otherwise. */
export function createEntraHarness() {
  const world = createWorld();
  const entra = createEntra(world);

  const get = (path: string) => entra.request(path, {}, { base });

  async function authorize(fields: Fields = {}, tenant = "common") {
    const query = encode({
      client_id: CLIENT_ID,
      response_type: "code",
      redirect_uri: redirectUri,
      scope: `openid profile offline_access User.Read ${armScope}`,
      state: "s",
      code_challenge: challenge,
      code_challenge_method: "S256",
      sandbox_account: "ada@contoso.example",
      sandbox_decision: "approve",
      ...fields,
    });
    const response = await get(`/${tenant}/oauth2/v2.0/authorize?${query}`);
    const location = response.headers.get("location");
    return {
      status: response.status,
      page: location ? "" : await response.text(),
      answer: new URLSearchParams(location ? location.split(/[?#]/)[1] : ""),
      location,
      cookie: response.headers.getSetCookie().find((cookie) => cookie.startsWith("ESTS")),
    };
  }

  async function token(fields: Fields, tenant = "common", headers: Record<string, string> = {}) {
    const body = encode({ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, ...fields });
    const response = await entra.request(
      `/${tenant}/oauth2/v2.0/token`,
      { method: "POST", body, headers },
      { base },
    );
    const json = (await response.json()) as TokenJson;
    return {
      ...json,
      status: response.status,
      headers: response.headers,
      aadsts: json.error_codes?.[0],
    };
  }

  const redeem = (code: string | null, fields: Fields = {}, tenant = "common") =>
    token(
      {
        grant_type: "authorization_code",
        code: code ?? "",
        redirect_uri: redirectUri,
        code_verifier: verifier,
        scope: "User.Read openid profile offline_access",
        ...fields,
      },
      tenant,
    );

  async function signIn(fields: Fields = {}, tenant = "common") {
    const { answer } = await authorize(fields, tenant);
    return redeem(answer.get("code"));
  }

  const refresh = (refreshToken: string | undefined, scope: string, tenant = "common") =>
    token({ grant_type: "refresh_token", refresh_token: refreshToken, scope }, tenant);

  return { world, entra, get, authorize, token, redeem, signIn, refresh };
}
