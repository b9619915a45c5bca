import { render } from "preact";
import type { ConsoleState } from "../contract/console-state.ts";
import { ask, signedOut, state } from "./api.ts";
import { ConnectionPage } from "./connection.tsx";
import { Connections } from "./connections.tsx";
import { Health } from "./health.tsx";
import { Mcp } from "./mcp.tsx";
import { Failed, Loading, Title, useAsked } from "./parts.tsx";
import { address, connectionAt } from "./router.ts";
import { SignIn } from "./sign-in.tsx";
import { useSignals } from "./signal.ts";
import { Webhooks } from "./webhooks.tsx";

const pages = [
  { path: "/console", text: "Connections" },
  { path: "/console/agents", text: "Agents" },
  { path: "/console/webhooks", text: "Webhooks" },
  { path: "/console/health", text: "Health" },
];

function Page() {
  const path = address.value.pathname.replace(/\/$/, "");
  const id = connectionAt(path);
  if (id !== undefined) return <ConnectionPage key={id} id={id} />;
  switch (path) {
    case "/console":
      return <Connections />;
    case "/console/agents":
      return <Mcp />;
    case "/console/webhooks":
      return <Webhooks />;
    case "/console/health":
      return <Health />;
    default:
      return (
        <>
          <Title text="No such page" />
          <p>
            <a href="/console">All connections</a>
          </p>
        </>
      );
  }
}

function Frame({ session }: { session: NonNullable<ConsoleState["session"]> }) {
  const signOut = async () => {
    const answer = await ask<ConsoleState>("/console/session", { method: "DELETE" });
    if (!answer.ok) return;
    signedOut.value = true;
    state.value = answer.data;
  };
  const here = address.value.pathname;
  const isHere = (path: string) =>
    path === "/console" ? !/^\/console\/(?!connections)\w/.test(here) : here.startsWith(path);
  return (
    <>
      <a class="skip" href="#main" onClick={() => document.getElementById("main")?.focus()}>
        Skip to the page
      </a>
      <header>
        <span class="brand">Azure connections</span>
        <nav aria-label="Pages">
          {pages.map(({ path, text }) => (
            <a key={path} href={path} aria-current={isHere(path) ? "page" : undefined}>
              {text}
            </a>
          ))}
        </nav>
        <span class="who">
          <span title={session.role === "admin" ? "May change things" : "May look at things"}>
            {session.name}
          </span>
          <button onClick={() => void signOut()}>Sign out</button>
        </span>
      </header>
      <main id="main" tabIndex={-1}>
        <Page />
      </main>
    </>
  );
}

function Console() {
  useSignals();
  const first = useAsked<ConsoleState>("/console/session");
  if (first.answer?.ok && !state.value) state.value = first.answer.data;
  if (first.answer?.ok === false) {
    return (
      <main>
        <Failed problem={first.answer.problem} again={first.again} />
      </main>
    );
  }
  if (!state.value) return <Loading />;
  const { session, ways } = state.value;
  return session ? <Frame session={session} /> : <SignIn ways={ways} />;
}

render(<Console />, document.body);
