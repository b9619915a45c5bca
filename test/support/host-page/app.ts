import { connectInPopup, ConnectError } from "azure-integration-worker/browser";
import { useConnection } from "azure-integration-worker/react";
import { createElement as h, StrictMode, useState } from "react";
import { createRoot } from "react-dom/client";

/**
 * A page of a host application: it shows the user's connection, and connects it by a click. Who is
 * signed in, and where the Worker is, comes by the address, as a host would render it.
 */

const given = new URLSearchParams(location.search);
const baseUrl = given.get("worker") ?? "";

interface User {
  userId: string;
  token: string;
}
/** Several are separated by commas: the page can go from one to the next. */
const users: User[] = (given.get("users") ?? "").split(",").map((userId, at) => ({
  userId,
  token: (given.get("tokens") ?? "").split(",")[at] ?? "",
}));

const outcomes: string[] = [];
let identities = 0;

async function connect({ token }: User): Promise<string> {
  try {
    const { id, status, identity } = await connectInPopup({
      baseUrl,
      token,
      returnUrl: "/connected",
      prompt: "consent",
      loginHint: given.get("login_hint") ?? undefined,
    });
    return `${id} ${status} ${identity?.upn ?? ""}`;
  } catch (error) {
    return error instanceof ConnectError ? error.reason : String(error);
  }
}

function Connection({ user, onOutcome }: { user: User; onOutcome: () => void }) {
  const connection = useConnection({ baseUrl, ...user });
  const { phase, status, remedy, info, error, restart } = connection;
  const [known] = useState(() => new Set<unknown>());
  if (!known.has(connection)) identities += 1;
  known.add(connection);
  const click = async () => {
    outcomes.push(await connect(user));
    restart();
    onOutcome();
  };
  return h(
    "section",
    {},
    h("p", { id: "shown" }, `${phase} ${status ?? "-"} ${info?.identity?.upn ?? "-"}`),
    h("p", { id: "remedy" }, remedy?.action ?? "-"),
    h("p", { id: "error" }, error?.message ?? "-"),
    h("button", { id: "connect", onClick: () => void click() }, "Connect"),
  );
}

function Page() {
  const [at, setAt] = useState(0);
  const [mounted, setMounted] = useState(given.get("mounted") !== "no");
  const [renders, setRenders] = useState(0);
  const again = () => setRenders((before) => before + 1);
  const user = users[at] ?? { userId: "", token: "" };
  return h(
    "main",
    {},
    mounted ? h(Connection, { user, onOutcome: again }) : null,
    h("button", { id: "next", onClick: () => setAt(at + 1) }, "Next user"),
    h("button", { id: "mount", onClick: () => setMounted(!mounted) }, "Mount"),
    h("button", { id: "render", onClick: again }, "Render"),
    h("output", { id: "outcomes" }, outcomes.join("\n")),
    h("output", { id: "renders" }, `${renders} ${identities}`),
  );
}

const root = document.querySelector("#root");
if (root !== null) createRoot(root).render(h(StrictMode, null, h(Page)));
