import type { ConnectionInfo } from "../contract/connection-info.ts";
import type { Remedy } from "../contract/remedy.ts";
import { ask, mayChange } from "./api.ts";
import { Confirm, Copy, Failed, Time, useWork } from "./parts.tsx";
import { apiPath } from "./router.ts";
import { useSignal } from "./signal.ts";
import { remedies } from "./words.ts";

/** What a connection needs, and who can give it. */
export const RemedyNote = ({ remedy }: { remedy: Remedy }) => (
  <div class="note bad" role="alert">
    <p>
      <b>{remedies[remedy.action].text}.</b> {remedy.message}
    </p>
    <p class="dim">
      {remedies[remedy.action].who} Since <Time at={remedy.since} />
      {remedy.aadsts ? `, AADSTS${remedy.aadsts}` : ""}.
    </p>
    <div class="actions">
      {remedy.connect_url?.startsWith("http") && (
        <>
          <a class="button" href={remedy.connect_url} target="_blank" rel="noreferrer">
            Open the reconnect link
          </a>
          <Copy text={remedy.connect_url} label="Copy it for the user" />
        </>
      )}
      {remedy.admin_consent_url && (
        <Copy text={remedy.admin_consent_url} label="Copy the administrator's link" />
      )}
    </div>
  </div>
);

/** What can be done with a connection, by who may change it. */
export function Actions({ info, again }: { info: ConnectionInfo; again: () => void }) {
  const { busy, problem, run } = useWork();
  const asking = useSignal(false);
  if (!mayChange()) return null;
  const path = apiPath(info.id);
  const refresh = async () => {
    await run(ask(`${path}/refresh`, { method: "POST", body: {} }));
    again();
  };
  const disconnect = async () => {
    await run(ask(path, { method: "DELETE" }));
    again();
  };
  const held = info.status !== "disconnected" && info.status !== "pending";
  return (
    <>
      {info.status !== "disconnected" && (
        <div class="actions">
          {held && (
            <button disabled={busy.value} onClick={() => void refresh()}>
              Renew a token now
            </button>
          )}
          <button class="danger" disabled={busy.value} onClick={() => (asking.value = true)}>
            Disconnect…
          </button>
        </div>
      )}
      {problem.value && <Failed problem={problem.value} />}
      {asking.value && (
        <Confirm
          title={`Disconnect ${info.identity?.upn ?? info.id}?`}
          action="Disconnect"
          close={() => (asking.value = false)}
          confirmed={() => void disconnect()}
        >
          <p>
            {held
              ? "Its grant and every token are forgotten, its watches end, and the application can no longer act for this account."
              : "Its open sign-ins are forgotten."}
          </p>
          <p>
            <b>This cannot be undone here:</b> the account's owner has to connect it anew.
          </p>
        </Confirm>
      )}
    </>
  );
}
