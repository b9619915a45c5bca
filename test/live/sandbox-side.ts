import {
  CLIENT_ID,
  CLIENT_SECRET,
  CONTOSO_TENANT,
  PUBLIC_CLIENT_ID,
  type RunningSandbox,
} from "../sandbox/embed.ts";
import type { Network } from "./send.ts";
import type { Side } from "./side.ts";
import { scopesFor, sessions, signInByDevice } from "./sign-in.ts";

const account = "ada@contoso.example";

/** A sandbox, with a person who signs in as one does at Microsoft. */
export function sandboxSide(
  { url, fetch }: RunningSandbox,
  { writes, network }: { writes: boolean; network: Network },
): Side {
  const where = { authority: url, tenant: CONTOSO_TENANT, clientId: PUBLIC_CLIENT_ID };
  return {
    name: "sandbox",
    ...where,
    graph: `${url}/graph`,
    arm: `${url}/arm`,
    confidential: { clientId: CLIENT_ID, secret: CLIENT_SECRET },
    ...sessions((service) =>
      signInByDevice({
        ...where,
        scope: scopesFor(service, { writes }),
        async show(address, code) {
          const query = { otc: code, sandbox_account: account, sandbox_decision: "approve" };
          await fetch(`${address}?${new URLSearchParams(query).toString()}`);
        },
        // Nobody has to type anything.
        network: { ...network, wait: () => Promise.resolve() },
      }),
    ),
  };
}
