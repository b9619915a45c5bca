// #region live
import { AzureClient } from "azure-integration-worker";
// #endregion
// #region connect
import { connectInPopup, ConnectError } from "azure-integration-worker/browser";
// #endregion
import { show } from "./show.ts";

// #region live
const baseUrl = location.origin; // your Worker passes on what is for this one
const session = async (): Promise<{ userId: string; token: string }> =>
  (await fetch("/session", { method: "POST" })).json();
const token = async () => (await session()).token; // asked again when a session has ended
const { userId } = await session();
const connection = new AzureClient({ baseUrl, token }).connection({ userId });
const follow = () =>
  connection.live({
    onSnapshot: ({ data }) => show(data),
    onEvent: async ({ type }) => {
      if (type.startsWith("connection.")) show((await connection.info()).data);
    },
    onClose: ({ code, reason }) => {
      if (code === 4004 || reason === "not_found") show({ status: "disconnected" });
    },
  });
let live = follow();
// #endregion

// #region connect
document.querySelector("button")?.addEventListener("click", async () => {
  try {
    await connectInPopup({ baseUrl, token, returnUrl: "/connected" });
    live.close();
    live = follow(); // before, there may have been nothing to follow
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    if (error.reason !== "window_closed") alert(error.message);
  }
});
// #endregion
