import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import { setTimeout } from "node:timers/promises";
import { closeAll, listenLocally, portProblem } from "../sandbox/loopback.ts";
import { portsFrom, type Ports } from "../sandbox/start/ports.ts";
import { onEnd } from "./on-end.ts";

const root = new URL("../..", import.meta.url).pathname;
/** Milliseconds. */
const patience = 120_000;

export type { Ports };

async function freePort(): Promise<number> {
  const { port, servers } = await listenLocally(() => createServer(), 0);
  await closeAll(servers);
  return port;
}

/** Whether a program that needs all of the ports could start. */
export async function areFree(ports: Ports): Promise<boolean> {
  const problems = await Promise.all(Object.values(ports).map(portProblem));
  return problems.every((problem) => problem === undefined);
}

/** Ports for the Worker, the sandbox and the https of both. */
export async function freePorts(): Promise<Ports> {
  for (;;) {
    const [worker, sandbox] = [await freePort(), await freePort()];
    const ports = portsFrom(worker, sandbox);
    const all = Object.values(ports);
    const differ = new Set(all).size === all.length && Math.max(...all) <= 65_535;
    if (differ && (await areFree(ports))) return ports;
  }
}

export interface GroupMember {
  pid: number;
  command: string;
}

/** The living processes of a process group: what a Ctrl-C in its terminal would reach. */
export function membersOf(group: number): GroupMember[] {
  const lines = execFileSync("ps", ["-A", "-o", "pid=,pgid=,stat=,args="], { encoding: "utf8" });
  return lines.split("\n").flatMap((line) => {
    const [pid, pgid, stat, ...command] = line.trim().split(/\s+/);
    // A zombie has ended; whether anybody reaps it is the machine's affair.
    return Number(pgid) === group && !stat?.startsWith("Z")
      ? [{ pid: Number(pid), command: command.join(" ") }]
      : [];
  });
}

/** `npm start` or another program, as a developer would run it. */
export interface Launched {
  output(): string;
  /** Resolves once it has printed what to open. @throws Error with its output when it ends before */
  ready(): Promise<void>;
  /** The exit code; null when a signal ended it. */
  exited: Promise<number | null>;
  members(): GroupMember[];
  /** Ctrl-C: the signal goes to the whole group. */
  interrupt(): void;
  /** Kills one process of the group, found by a part of its command. */
  kill(command: RegExp): void;
  /** Whatever is left of it, at once. */
  end(): void;
}

export interface LaunchOptions {
  /** Default: `start`. */
  script?: string;
  /** Arguments of the script. */
  arguments?: readonly string[];
  /** In addition. */
  environment?: Readonly<Record<string, string>>;
  /** Default: this project. */
  project?: string;
}

/** @param state where connections and the sandbox's memory are kept */
export function launch(
  ports: Pick<Ports, "worker" | "sandbox">,
  state: string,
  options: LaunchOptions = {},
): Launched {
  const { script = "start", environment = {}, project = root } = options;
  const child = spawn("npm", ["run", script, "--", ...(options.arguments ?? [])], {
    cwd: project,
    // Its own process group, as a shell would give it.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PORT: String(ports.worker),
      SANDBOX_PORT: String(ports.sandbox),
      STATE_DIRECTORY: state,
      ...environment,
    },
  });
  const group = child.pid ?? 0;
  let text = "";
  const printed = new Promise<"ready">((resolve) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes("Ctrl-C ends")) resolve("ready");
      });
    }
  });
  const exited = once(child, "close").then(([code]) => code as number | null);
  const end = () => {
    for (const { pid } of membersOf(group)) process.kill(pid, "SIGKILL");
  };
  void exited.then(onEnd(end));
  return {
    output: () => text,
    exited,
    members: () => membersOf(group),
    ready: async () => {
      const ended = exited.then(() => "ended" as const);
      const late = setTimeout(patience, "is not ready" as const, { ref: false });
      const outcome = await Promise.race([printed, ended, late]);
      if (outcome !== "ready") throw new Error(`npm run ${script} ${outcome}:\n${text}`);
    },
    interrupt: () => process.kill(-group, "SIGINT"),
    kill: (command) => {
      const found = membersOf(group).find((member) => command.test(member.command));
      if (!found) throw new Error(`no such process: ${command}`);
      process.kill(found.pid, "SIGKILL");
    },
    end,
  };
}
