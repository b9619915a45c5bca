import { finishConnect } from "azure-integration-worker/browser";

/** The page at the return URL: it says what became of the sign-in, should it stay open. */
document.body.textContent = await finishConnect();
