import { createHash } from "node:crypto";
import { CLIENT_ID, CLIENT_SECRET } from "../sandbox/constants.ts";

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const scopes = (...names: string[]) => names;

const allButAdmin = scopes(
  "connections:read",
  "connections:write",
  "graph:read",
  "graph:write",
  "arm:read",
  "arm:write",
  "tokens:read",
);

/** One API key per kind of caller that tests play: `azk_{id}_{secret}`, secret = `{id}-secret`. */
const keys = [
  { id: "all", scopes: [...allButAdmin, "vault:read", "admin"] },
  { id: "plain", scopes: allButAdmin },
  { id: "reader", scopes: scopes("connections:read", "graph:read", "arm:read") },
  { id: "none", scopes: scopes() },
];

/** Secrets of the Worker under test; nothing here is secret. */
export const workerSecrets = {
  AZURE_CLIENT_ID: CLIENT_ID,
  AZURE_CLIENT_SECRET: CLIENT_SECRET,
  TOKEN_ENCRYPTION_KEYS: `k1:${Buffer.alloc(32, 7).toString("base64")}`,
  SESSION_SECRET: "a-session-secret-for-tests-of-at-least-32-bytes",
  API_KEYS: JSON.stringify(keys.map((key) => ({ ...key, sha256: sha256(`${key.id}-secret`) }))),
  AZURE_REDIRECT_URI: "http://localhost:8787/callback",
  ALLOWED_ORIGINS: "https://app.example",
  RETURN_ORIGINS: "https://app.example",
};
