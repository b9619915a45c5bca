import { DEVELOPMENT_KEY } from "./readiness.ts";
import type { GivenVariables } from "./variables.ts";

/** What `npm start` has put together. */
export interface Started {
  workerUrl: string;
  workerHttpsUrl: string;
  /** Absent in another cloud than the sandbox's, where none is started. */
  sandbox?: { url: string; httpsUrl: string } | undefined;
  given: GivenVariables;
  /** All that the Worker got. */
  variables: Readonly<Record<string, string>>;
  /** The folder of all state, and in it that of the sandbox, as a person may write them. */
  folders: { state: string; sandbox: string };
}

const listed = (names: readonly string[]): string => names.toSorted().join(", ");

/** What `npm start` prints once the Worker answers: what is true for the cloud that it is in. */
export function banner(started: Started): string {
  const { workerUrl, workerHttpsUrl, sandbox, given, folders } = started;
  const set = Object.entries(given.sources).map(([name, source]) => `${name} from ${source}`);
  const ends = sandbox === undefined ? "it" : "both";
  return [
    "",
    row("Worker", `${workerUrl}   (https: ${workerHttpsUrl})`),
    ...(sandbox === undefined
      ? [row("Cloud", `${started.variables["AZURE_CLOUD"]}, of Microsoft itself; no sandbox`)]
      : [
          row(
            "Sandbox",
            `${sandbox.url}   (https: ${sandbox.httpsUrl}, CA: ${folders.sandbox}/ca.pem)`,
          ),
        ]),
    ...(set.length === 0 ? [] : [row("Set", listed(set))]),
    ...(sandbox === undefined ? elsewhere(started) : inSandbox(workerUrl)),
    "",
    `  Ctrl-C ends ${ends}; connections are kept in ${folders.state}/`,
    "",
  ].join("\n");
}

const row = (title: string, text: string): string => `  ${title.padEnd(10)}${text}`;

const inSandbox = (workerUrl: string): string[] => [
  "",
  row("Open", `${workerUrl}/connect?user_id=demo`),
  row(
    "Then",
    `curl -H "Authorization: Bearer ${DEVELOPMENT_KEY}" "${workerUrl}/mail?user_id=demo"`,
  ),
];

/** In a cloud of Microsoft's: what was set for the developer, and what only they can set. */
function elsewhere({ workerUrl, given, variables, folders }: Started): string[] {
  const supplied = (name: string): boolean => !Object.hasOwn(given.values, name);
  const secrets = ["TOKEN_ENCRYPTION_KEYS", "SESSION_SECRET"].filter(supplied);
  const addresses = ["AZURE_REDIRECT_URI", "ALLOWED_ORIGINS"].filter(supplied);
  const redirectUri = variables["AZURE_REDIRECT_URI"]?.split(",")[0] ?? "";
  const connect = `${workerUrl}/connect?user_id=demo&return_url=${workerUrl}/health`;
  return [
    ...(secrets.length === 0
      ? []
      : [row("Made", `${listed(secrets)}, kept in ${folders.sandbox}/secrets.json`)]),
    ...addresses.map((name) => row("Chosen", `${name}=${variables[name]}`)),
    ...(supplied("API_KEYS")
      ? [row("No keys", "npm run mint-key -- ID SCOPE… makes one and its entry for API_KEYS")]
      : []),
    "",
    row("Register", `${redirectUri} as a redirect URI (Web) of the application`),
    row("Open", `${workerUrl}, or what this answers as auth_url, with a key of yours:`),
    row("", `curl -H "Authorization: Bearer $KEY" "${connect}"`),
  ];
}
