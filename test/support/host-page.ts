import { createServer } from "node:http";
import { build } from "esbuild";
import { listenLocally } from "../sandbox/loopback.ts";

const folder = new URL("host-page/", import.meta.url).pathname;

/** A page's script, with all it imports. */
async function bundled(name: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [`${folder}${name}.ts`],
    bundle: true,
    write: false,
    format: "esm",
    target: "es2024",
    // React checks more of what it is given.
    define: { "process.env.NODE_ENV": '"development"' },
  });
  return outputFiles[0]?.text ?? "";
}

const html = (script: string) =>
  `<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title><body><div id="root"></div><script type="module" src="/${script}.js"></script>`;

/** A host application with two pages: `/`, and `/connected`, where sign-ins return. */
export async function startHostPage(): Promise<{ origin: string; close(): void }> {
  const scripts = { app: await bundled("app"), connected: await bundled("connected") };
  const answers: Readonly<Record<string, { type: string; text: string }>> = {
    "/": { type: "text/html", text: html("app") },
    "/connected": { type: "text/html", text: html("connected") },
    "/app.js": { type: "text/javascript", text: scripts.app },
    "/connected.js": { type: "text/javascript", text: scripts.connected },
  };
  const { port, servers } = await listenLocally(
    () =>
      createServer((request, response) => {
        const { pathname } = new URL(request.url ?? "/", "http://localhost");
        const answer = answers[pathname];
        response.writeHead(answer === undefined ? 404 : 200, {
          "content-type": answer?.type ?? "text/plain",
          connection: "close",
        });
        response.end(answer?.text);
      }),
    0,
  );
  return {
    origin: `http://localhost:${port}`,
    close: () => {
      for (const server of servers) server.close();
    },
  };
}
