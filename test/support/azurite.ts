import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Certificate } from "../sandbox/certificate.ts";
import { onEnd } from "./on-end.ts";

export interface Azurite {
  /** Of the account every Azurite has: `https://127.0.0.1:{port}/devstoreaccount1`. */
  blobUrl: string;
  close(): Promise<void>;
}

const program = createRequire(import.meta.url).resolve("azurite/dist/src/blob/main.js");
const listening = /listens on (https:\/\/[\d.]+:\d+)/;

/** Runs Microsoft's own storage emulator, which takes Entra's tokens only by https. */
export async function startAzurite({ key, cert }: Certificate): Promise<Azurite> {
  const directory = await mkdtemp(join(tmpdir(), "azurite-"));
  const keyPath = join(directory, "key.pem");
  const certPath = join(directory, "cert.pem");
  await writeFile(keyPath, key, { mode: 0o600 });
  await writeFile(certPath, cert);
  const options = {
    location: directory,
    blobHost: "127.0.0.1",
    blobPort: "0",
    oauth: "basic",
    cert: certPath,
    key: keyPath,
  };
  const child = spawn(
    process.execPath,
    [
      program,
      ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]),
      // The SDK speaks a newer version than the emulator knows of.
      "--skipApiVersionCheck",
      "--disableTelemetry",
    ],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const exited = once(child, "exit");
  const forget = onEnd(() => child.kill());
  const close = async () => {
    forget();
    child.kill();
    await exited;
    await rm(directory, { recursive: true, force: true });
  };
  let said = "";
  const url = await new Promise<string | undefined>((resolve) => {
    const listen = (chunk: Buffer) => {
      said += chunk.toString();
      const found = listening.exec(said)?.[1];
      if (found !== undefined) resolve(found);
    };
    child.stdout.on("data", listen);
    child.stderr.on("data", listen);
    void exited.then(() => resolve(undefined));
  });
  if (url !== undefined) return { blobUrl: `${url}/devstoreaccount1`, close };
  await close();
  throw new Error(`Azurite did not start: ${said}`);
}
