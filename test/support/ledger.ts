import type { ConnectionInfo } from "../../src/contract/connection-info.ts";
import { EventRecord } from "./event-record.ts";

/** What a connection is to its owner. */
export type Standing = "absent" | "connected" | "disconnected";

export function standingOf(info: ConnectionInfo | undefined): Standing {
  if (info === undefined || info.status === "pending") return "absent";
  return info.status === "disconnected" ? "disconnected" : "connected";
}

/** A token as a caller got it. */
export interface HandedOut {
  resource: string;
  generation: number;
  token: string;
}

/**
 * What a connection has answered, and what must therefore hold however often its Worker dies. Changes
 * of standing are made one after the other; all else may be told at any time.
 */
export class Ledger {
  readonly events = new EventRecord();
  readonly #account: string | null;
  readonly #faults: string[] = [];
  #standing: Standing = "absent";
  /** A change that was asked for and not answered. */
  #open: Standing | undefined;
  /** By generation, which no two tokens of a connection share. */
  readonly #tokens = new Map<number, string>();
  /** The highest generation told, by resource. */
  readonly #generations = new Map<string, number>();

  /** @param account the sign-in name of the one account this connection is ever connected with; of a tenant null */
  constructor(account: string | null) {
    this.#account = account;
  }

  get standing(): Standing {
    return this.#standing;
  }

  get faults(): readonly string[] {
    return [...this.#faults, ...this.events.faults];
  }

  fault(text: string): void {
    this.#faults.push(text);
  }

  /** Call before a change is asked for: from now on both standings are possible. */
  asks(standing: Standing): void {
    this.#open = standing;
  }

  /** The change was answered as done. */
  done(): void {
    this.#standing = this.#open ?? this.#standing;
    this.#open = undefined;
  }

  /** The change was refused. */
  refused(): void {
    this.#open = undefined;
  }

  handedOut({ resource, generation, token }: HandedOut): void {
    const before = this.#tokens.get(generation);
    const now = `${resource} ${token}`;
    if (before !== undefined && before !== now) {
      this.#faults.push(`generation ${generation} was given twice`);
    }
    this.#tokens.set(generation, now);
    this.#raise(resource, generation);
  }

  /** An answer that was given while others may have been under way. */
  told(info: ConnectionInfo): void {
    for (const { resource, generation } of info.resources) this.#raise(resource, generation);
  }

  /** What the connection says when nothing is under way. */
  inspected(info: ConnectionInfo | undefined): void {
    const standing = standingOf(info);
    if (standing !== this.#standing && standing !== this.#open) {
      const open = this.#open === undefined ? "" : ` or ${this.#open}`;
      this.#faults.push(`is ${standing}, but was ${this.#standing}${open}`);
    }
    this.#standing = standing;
    this.#open = undefined;
    if (info === undefined || standing !== "connected") return;
    const upn = info.identity?.upn;
    if (upn !== this.#account) this.#faults.push(`is ${upn}, but was ${this.#account}`);
    for (const [resource, promised] of this.#generations) {
      const generation = info.resources.find((one) => one.resource === resource)?.generation;
      // A tenant that is connected once more begins with Graph alone.
      if (generation === undefined && this.#account === null && resource !== "graph") continue;
      if (generation === undefined || generation < promised) {
        this.#faults.push(`${resource} has generation ${generation}, but ${promised} was told`);
      }
    }
    this.told(info);
  }

  #raise(resource: string, generation: number): void {
    this.#generations.set(resource, Math.max(generation, this.#generations.get(resource) ?? 0));
  }
}
