import { useEffect } from "preact/hooks";
import type { ConsoleSignInWay, ConsoleState } from "../contract/console-state.ts";
import { ask, signedOut, state } from "./api.ts";
import { Failed, Title, useWork } from "./parts.tsx";
import { useSignal } from "./signal.ts";

/**
 * The ways in that this deployment has. Who came through Cloudflare Access is signed in at once, unless
 * they signed out.
 */
export function SignIn({ ways }: { ways: readonly ConsoleSignInWay[] }) {
  const { busy, problem, run } = useWork();
  const key = useSignal("");
  const enter = async (body: object) => {
    const data = await run(ask<ConsoleState>("/console/session", { method: "POST", body }));
    if (data) state.value = data;
  };
  const toMicrosoft = async () => {
    const data = await run(ask<{ auth_url: string }>("/console/sign-in", { method: "POST" }));
    if (data) location.assign(data.auth_url);
  };
  const byAccess = ways.includes("access");
  useEffect(() => {
    if (byAccess && !signedOut.value) void enter({});
  }, [byAccess]);
  return (
    <main class="sign-in">
      <Title text="Azure connections" />
      <p>Sign in to see the connections of this deployment, and to mend them.</p>
      {problem.value && <Failed problem={problem.value} />}
      {ways.includes("microsoft") && (
        <button class="first" disabled={busy.value} onClick={() => void toMicrosoft()}>
          Sign in with Microsoft
        </button>
      )}
      {byAccess && (
        <button disabled={busy.value} onClick={() => void enter({})}>
          Sign in with Cloudflare Access
        </button>
      )}
      {ways.includes("api_key") && (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void enter({ api_key: key.value.trim() });
          }}
        >
          <label>
            API key
            <input
              type="password"
              autocomplete="off"
              required
              value={key.value}
              onInput={({ currentTarget }) => (key.value = currentTarget.value)}
            />
          </label>
          <button disabled={busy.value}>Sign in with the key</button>
        </form>
      )}
    </main>
  );
}
