import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import * as z from "zod";
import type { BundledModule } from "./bundles.ts";

const workerd = fileURLToPath(new URL("../../node_modules/workerd/bin/workerd", import.meta.url));

export interface StartOptions {
  modules: readonly BundledModule[];
  compatibilityDate: string;
  compatibilityFlags: readonly string[];
}

/** Writes what workerd reads to run one Worker that has no bindings. @returns the file's path */
export async function writeConfig(
  folder: string,
  { modules, compatibilityDate, compatibilityFlags }: StartOptions,
): Promise<string> {
  const lines = modules.map(({ type, path }) => {
    const kind = type === "ESModule" ? "esModule" : "text";
    return `(name = ${JSON.stringify(path)}, ${kind} = embed ${JSON.stringify(path)})`;
  });
  await Promise.all(modules.map(({ path, contents }) => writeFile(join(folder, path), contents)));
  const file = join(folder, "config.capnp");
  await writeFile(
    file,
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = .main)],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")],
);
const main :Workerd.Worker = (
  modules = [${lines.join(", ")}],
  compatibilityDate = ${JSON.stringify(compatibilityDate)},
  compatibilityFlags = ${JSON.stringify(compatibilityFlags)},
);
`,
  );
  return file;
}

/**
 * Starts workerd, asks its Worker for `/health`, and ends it.
 *
 * @returns milliseconds from the start of the process to the answer
 * @throws Error with what workerd wrote when it ends before, or answers anything but 200
 */
export async function timeToAnswer(config: string): Promise<number> {
  const began = performance.now();
  const child = spawn(workerd, ["serve", config, "--control-fd=3"], {
    stdio: ["ignore", "ignore", "pipe", "pipe"],
  });
  const exited = once(child, "exit");
  let said = "";
  child.stderr?.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = exited.then(() => {
    throw new Error(`workerd ended: ${said}`);
  });
  // It always ends: that is a fault only before it listens.
  ended.catch(() => undefined);
  try {
    const port = await Promise.race([portSaidBy(child.stdio[3]), ended]);
    const response = await fetch(`http://127.0.0.1:${port}/health`);
    await response.arrayBuffer();
    if (!response.ok) throw new Error(`answered ${response.status}: ${said}`);
    return performance.now() - began;
  } finally {
    child.kill("SIGKILL");
    await exited;
  }
}

const listeningSchema = z.object({ event: z.literal("listen"), port: z.int() });

/** The port of the one socket that there is. */
async function portSaidBy(control: unknown): Promise<number> {
  if (!(control instanceof Readable)) throw new TypeError("workerd has no control pipe");
  for await (const line of createInterface(control)) {
    const said = listeningSchema.safeParse(JSON.parse(line));
    if (said.success) return said.data.port;
  }
  throw new Error("workerd does not listen");
}
