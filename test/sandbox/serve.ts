import { join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { CLIENT_ID, CLIENT_SECRET } from "./constants.ts";
import { users } from "./people.ts";
import { startSandboxServer } from "./server.ts";
import { readPort, requireFree } from "./start/ports.ts";
import { Program } from "./start/program.ts";
import { claimStateFolder } from "./start/state-folder.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const state = resolve(root, process.env["STATE_DIRECTORY"] || ".wrangler");
const directory = join(state, "sandbox");

const options = { port: { type: "string" }, chaos: { type: "string" } } as const;

const program = new Program("npm run sandbox");
await program.run(async () => {
  const { values } = parseArgs({ options });
  const port = readPort("--port", values.port ?? "8788");
  const https = readPort("--port + 1", `${port + 1}`);
  await requireFree([
    { port, use: "the sandbox", setting: "--port" },
    { port: https, use: "the sandbox's https", setting: "--port" },
  ]);
  const holder = `npm run sandbox at http://localhost:${port} (process ${process.pid})`;
  program.closes(claimStateFolder(state, holder).release);
  const { chaos } = values;
  if (chaos === "") throw new Error("--chaos is empty; expected a seed");
  const settings = chaos === undefined ? {} : { chaos };
  const server = await startSandboxServer({ port, httpsPort: https, directory, settings });
  program.closes(server.close);
  console.log(`
  Entra     ${server.url}   (https: ${server.httpsUrl}, CA: ${relative(root, join(directory, "ca.pem"))})
  Graph     ${server.url}/graph
  ARM       ${server.url}/arm
  Vaults    ${server.url}/vault/contoso-kv
  Client    ${CLIENT_ID}, secret ${CLIENT_SECRET}
  Accounts  ${users.map(({ upn }) => upn).join("\n            ")}
  Control   ${server.sandbox.controls.map(({ method, path }) => `${method} ${path}`).join("\n            ")}
${chaos === undefined ? "" : `  Chaos     one request in ten is answered oddly, by the seed ${chaos}\n`}
  Ctrl-C ends it; keys and consents are kept in ${relative(root, directory)}/
`);
});
