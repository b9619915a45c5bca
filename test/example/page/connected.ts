import { finishConnect } from "azure-integration-worker/browser";

if ((await finishConnect()) !== "delivered") {
  document.body.textContent = "Go back to where you came from, and connect again.";
}
