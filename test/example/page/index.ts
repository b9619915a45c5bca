// #region page
import { AzureClient, type ConnectionInfo } from "azure-integration-worker";
import { connectInPopup, ConnectError } from "azure-integration-worker/browser";

const baseUrl = location.origin; // your Worker passes on what is for the Azure Integration Worker
const session = async (): Promise<{ userId: string; token: string }> =>
  (await fetch("/session", { method: "POST" })).json();
const token = async () => (await session()).token; // asked again when the session ends
const { userId } = await session();
const connection = new AzureClient({ baseUrl, token }).connection({ userId });

const follow = () =>
  connection.live({
    onSnapshot: ({ data }) => show(data),
    onEvent: async ({ type }) => {
      if (type.startsWith("connection.")) show((await connection.info()).data);
    },
    onClose: ({ code, reason }) => {
      if (reason === "not_found") show({ status: "disconnected" }); // never connected
      if (code === 4004) show({ status: "disconnected" });
    },
  });
let live = follow();

document.querySelector("button")?.addEventListener("click", async () => {
  try {
    show(await connectInPopup({ baseUrl, token, returnUrl: "/connected" }));
    live.close();
    live = follow(); // there may have been nothing to follow before
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    if (error.reason !== "window_closed") alert(error.message);
  }
});
// #endregion

function show({ status, remedy, identity }: Pick<ConnectionInfo, "status" | "remedy" | "identity">) {
  fill("status", [`${status} ${identity?.upn ?? ""}`]);
  const link = document.createElement("a");
  Object.assign(link, { target: "_blank", href: remedy?.connect_url, textContent: remedy?.message });
  fill("remedy", remedy?.connect_url === undefined ? [] : [link]);
  for (const name of ["inbox", "groups", "notes"]) void list(name);
}

async function list(name: string) {
  const answer: {
    value?: (string | { subject?: string })[];
    error?: { message: string };
  } = await (await fetch(`/${name}`)).json();
  const items = answer.value ?? [answer.error?.message ?? ""];
  const texts = items.map((item) => (typeof item === "string" ? item : (item.subject ?? "")));
  fill(name, texts.map((text) => Object.assign(document.createElement("li"), { textContent: text })));
}

const fill = (id: string, nodes: (Node | string)[]) =>
  document.getElementById(id)?.replaceChildren(...nodes);
