/** What a page imports to connect its user: `connectInPopup` here, `finishConnect` at the return URL. */
export { ConnectError, type ConnectReason, connectReasons } from "./connect-error.ts";
export { connectInPopup, type ConnectOptions } from "./connect-popup.ts";
export { finishConnect, type FinishedConnect } from "./return-page.ts";
export type { BrowserPage, PageChannel, Popup } from "./page.ts";
export type { ConnectionInfo } from "../contract/connection-info.ts";
export { AzureError } from "../contract/errors.ts";
