import * as z from "zod";
import { parseJson, recordOf, textOf } from "../../src/http/json.ts";
import { err, ok, type Result } from "../../src/contract/result.ts";
import { refusalOf, type Answer } from "./answer.ts";
import { send, type Network } from "./send.ts";
import type { Service, Side } from "./side.ts";

const areas = ["Mail", "Calendars", "Contacts", "Tasks"];

/**
 * Permissions to ask for: nothing is changed without `--write`. Microsoft lists `Mail.Read` for some
 * reads for which it does not list `Mail.ReadWrite`, so who writes asks for both.
 */
export function scopesFor(service: Service, { writes }: { writes: boolean }): string {
  const openid = "openid profile";
  if (service === "arm") return `https://management.azure.com/user_impersonation ${openid}`;
  const names = areas.flatMap((area) => [`${area}.Read`, ...(writes ? [`${area}.ReadWrite`] : [])]);
  const scopes = ["User.Read", "Files.Read", ...names];
  return [...scopes.map((name) => `https://graph.microsoft.com/${name}`), openid].join(" ");
}

const codeSchema = z.object({
  device_code: z.string(),
  user_code: z.string(),
  verification_uri: z.string(),
  interval: z.number().default(5),
});

interface DeviceSignIn extends Pick<Side, "authority" | "tenant" | "clientId"> {
  /** Of one resource: a person agrees to each on its own. */
  scope: string;
  /** Has the person open an address and enter the code there. */
  show(address: string, code: string): void | Promise<void>;
  network: Network;
}

/**
 * Signs a person in by a code that they type in a browser (RFC 8628), for an application that allows
 * public client flows. Nothing is kept.
 *
 * @returns the token answer; or Entra's word for why there is none
 */
export async function signInByDevice({
  authority,
  tenant,
  clientId,
  scope,
  show,
  network,
}: DeviceSignIn): Promise<Result<Answer, string>> {
  const post = (endpoint: string, form: Record<string, string>) =>
    send(
      `${authority}/${tenant}/oauth2/v2.0/${endpoint}`,
      {
        method: "POST",
        headers: new Headers({ "content-type": "application/x-www-form-urlencoded" }),
        body: new URLSearchParams({ client_id: clientId, ...form }).toString(),
      },
      network,
    );
  const asked = await post("devicecode", { scope });
  if (!asked.ok) return asked;
  const code = codeSchema.safeParse(parseJson(asked.value.text));
  if (!code.success) return err(`no device code: ${refusalOf(asked.value)}`);
  await show(code.data.verification_uri, code.data.user_code);
  let pause = code.data.interval;
  for (;;) {
    await network.wait(pause);
    const answer = await post("token", {
      grant_type: "urn:ietf:params:oauth:grant-type:device_code",
      device_code: code.data.device_code,
    });
    if (!answer.ok || answer.value.status === 200) return answer;
    const word = recordOf(parseJson(answer.value.text))["error"];
    if (word !== "authorization_pending" && word !== "slow_down") {
      return err(`no sign-in: ${refusalOf(answer.value)}`);
    }
    // RFC 8628 §3.5.
    if (word === "slow_down") pause += 5;
  }
}

/**
 * The tokens of one side: those brought along, or by a sign-in at the first question that needs one.
 *
 * @param signIn asked at most once for each service
 */
export function sessions(
  signIn: Side["signIn"],
  brought: Partial<Record<Service, string>> = {},
): Pick<Side, "signIn" | "tokenOf"> {
  const asked = new Map<Service, ReturnType<Side["signIn"]>>();
  const signInOnce: Side["signIn"] = (service) => {
    const answer = asked.get(service) ?? signIn(service);
    asked.set(service, answer);
    return answer;
  };
  return {
    signIn: signInOnce,
    async tokenOf(service) {
      const given = brought[service];
      if (given !== undefined) return ok(given);
      const answer = await signInOnce(service);
      if (!answer.ok) return answer;
      const token = textOf(recordOf(parseJson(answer.value.text))["access_token"]);
      return token === undefined ? err("the token answer has no access_token") : ok(token);
    },
  };
}
