import { CONTOSO_SUBSCRIPTION, FABRIKAM_SUBSCRIPTION } from "../../sandbox/constants.ts";
import type { NamedResource } from "../../../src/entra/resource.ts";

export interface CallTarget {
  url: string;
  /** Undefined: it lies under no service, and no token may go there. */
  resource: NamedResource | undefined;
  /** What shares its limit at Microsoft. */
  scope: string;
}

const graph = (path: string, scope = "graph"): CallTarget => ({
  url: `https://graph.microsoft.com/v1.0${path}`,
  resource: "graph",
  scope,
});
const arm = (subscription: string): CallTarget => ({
  url: `https://management.azure.com/subscriptions/${subscription}/resourceGroups?api-version=2022-12-01`,
  resource: "arm",
  scope: subscription,
});
const vault = (name: string): CallTarget => ({
  url: `https://${name}.vault.azure.net/secrets/one?api-version=7.4`,
  resource: "vault",
  scope: name,
});
const blob = (name: string): CallTarget => ({
  url: `https://${name}.blob.core.windows.net/documents/readme.txt`,
  resource: "storage",
  scope: name,
});
const file = (name: string) => graph(`/me/drive/items/${name}/content`, "drive");
const none = (url: string): CallTarget => ({ url, resource: undefined, scope: "none" });

/** Where callers call, and where they may not. */
export const targets = {
  mailbox: graph("/me/messages", "mailbox"),
  ownMailbox: graph("/users/ada%40contoso.example/messages", "mailbox"),
  otherMailbox: graph("/users/sales%40contoso.example/messages", "otherMailbox"),
  directory: graph("/users"),
  stepUp: graph("/me/stepUp"),
  contosoSubscription: arm(CONTOSO_SUBSCRIPTION),
  fabrikamSubscription: arm(FABRIKAM_SUBSCRIPTION),
  contosoVault: vault("contoso-kv"),
  fabrikamVault: vault("fabrikam-kv"),
  contosoBlob: blob("contosodata"),
  fabrikamBlob: blob("fabrikamdata"),
  file: file("file"),
  movedFile: file("moved"),
  expiredFile: file("expired"),
  loopingFile: file("loop"),
  brokenFile: file("broken"),
  plainFile: file("plain"),
  fileNowhere: file("nowhere"),
  fileOfItsOwn: file("own"),
  fileInVault: file("vault"),
  fileWithoutLocation: file("none"),
  otherHost: none("https://graph.microsoft.com.evil.example/v1.0/me"),
  plain: none("http://graph.microsoft.com/v1.0/me"),
  otherPort: none("https://contoso-kv.vault.azure.net:8443/secrets/one"),
  credentials: none("https://user:password@graph.microsoft.com/v1.0/me"),
  oddVault: none("https://a_b.vault.azure.net/secrets/one"),
  deepVault: none("https://evil.contoso-kv.vault.azure.net/secrets/one"),
  login: none("https://login.microsoftonline.com/common/oauth2/v2.0/token"),
} as const satisfies Record<string, CallTarget>;

export type TargetName = keyof typeof targets;
export const targetNames = Object.keys(targets) as TargetName[];
