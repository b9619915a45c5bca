import { portProblem } from "../loopback.ts";

/** Ports of `npm start`, all at localhost. */
export interface Ports {
  worker: number;
  /** The Worker by https. */
  workerHttps: number;
  sandbox: number;
  sandboxHttps: number;
}

const highest = 65_535;

/** @throws Error naming the variable or option when the text is no port number */
export function readPort(name: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port > 0 && port <= highest) return port;
  throw new Error(`${name} is "${text}"; expected a port number`);
}

/** The ports that follow from two: two above the Worker's, unless the sandbox's https is there. */
export function portsFrom(worker: number, sandbox: number): Ports {
  const sandboxHttps = sandbox + 1;
  const above = [worker + 2, worker + 3, worker + 4];
  const workerHttps = above.find((port) => port !== sandbox && port !== sandboxHttps) ?? 0;
  return { worker, workerHttps, sandbox, sandboxHttps };
}

/**
 * @param environment `PORT` and `SANDBOX_PORT`; 8787 and 8788 where they are not set or empty
 * @throws Error naming the variable that is wrong
 */
export function readPorts(environment: Readonly<Record<string, string | undefined>>): Ports {
  const read = (name: string, fallback: number) =>
    readPort(name, environment[name] || `${fallback}`);
  const ports = portsFrom(read("PORT", 8787), read("SANDBOX_PORT", 8788));
  const { worker, workerHttps, sandbox, sandboxHttps } = ports;
  if (new Set([worker, sandbox, sandboxHttps]).size < 3) {
    throw new Error("PORT, SANDBOX_PORT and SANDBOX_PORT + 1 must be three ports");
  }
  if (workerHttps > highest) {
    throw new Error(`PORT is "${worker}"; https needs port ${workerHttps}, and there is none`);
  }
  if (sandboxHttps > highest) {
    throw new Error(
      `SANDBOX_PORT is "${sandbox}"; https needs port ${sandboxHttps}, and there is none`,
    );
  }
  return ports;
}

/** A port that a program needs. */
export interface NeededPort {
  port: number;
  /** Completes "port 8787 for …". */
  use: string;
  /** The variable or option that moves it. */
  setting: string;
}

/** The ports of `npm start` in words. */
export const neededPorts = (
  ports: Ports,
  { usesSandbox }: { usesSandbox: boolean },
): NeededPort[] => [
  { port: ports.worker, use: "the Worker", setting: "PORT" },
  { port: ports.workerHttps, use: "the Worker's https", setting: "PORT" },
  ...(usesSandbox
    ? [
        { port: ports.sandbox, use: "the sandbox", setting: "SANDBOX_PORT" },
        { port: ports.sandboxHttps, use: "the sandbox's https", setting: "SANDBOX_PORT" },
      ]
    : []),
];

/** @throws Error naming the first port that cannot be had, its use, and what moves it */
export async function requireFree(ports: readonly NeededPort[]): Promise<void> {
  for (const { port, use, setting } of ports) {
    const problem = await portProblem(port);
    if (problem) throw new Error(`port ${port} for ${use} ${problem}; free it or set ${setting}`);
  }
}
