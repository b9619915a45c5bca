import { runInDurableObject } from "cloudflare:test";
import type { Stub } from "../support/connections.ts";
import type { CipherPoint } from "./commands.ts";

const decoder = new TextDecoder();
/** Work that never goes on, because its object died. */
const dead = () => new Promise<never>(() => {});

/** Lets an object die in the middle of what it does: where it encrypts or decrypts a secret. */
export class Mortality {
  #armed: { connectionId: string; point: CipherPoint; abort: () => void } | undefined;
  /** The object died since this was last reset. */
  died = false;

  constructor() {
    const { subtle } = crypto;
    const encrypt = subtle.encrypt.bind(subtle);
    const decrypt = subtle.decrypt.bind(subtle);
    // No spies: they would remember every call of thousands of schedules.
    subtle.encrypt = (algorithm, ...rest) =>
      this.#strikes("encrypt", algorithm) ? dead() : encrypt(algorithm, ...rest);
    subtle.decrypt = (algorithm, ...rest) =>
      this.#strikes("decrypt", algorithm) ? dead() : decrypt(algorithm, ...rest);
  }

  async arm(stub: Stub, point: CipherPoint): Promise<void> {
    await runInDurableObject(stub, (_, ctx) => {
      this.#armed = {
        connectionId: ctx.id.name ?? "",
        point,
        abort: () => ctx.abort("died in the middle"),
      };
    });
  }

  /** Lets others than the object use its cipher. */
  async spare<Value>(work: () => Promise<Value>): Promise<Value> {
    const armed = this.#armed;
    this.#armed = undefined;
    try {
      return await work();
    } finally {
      this.#armed = armed;
    }
  }

  disarm(): void {
    this.#armed = undefined;
  }

  #strikes(operation: CipherPoint["operation"], algorithm: unknown): boolean {
    const armed = this.#armed;
    if (armed === undefined || operation !== armed.point.operation) return false;
    if (secretOf(algorithm) !== `${armed.connectionId}\n${armed.point.column}`) return false;
    this.#armed = undefined;
    this.died = true;
    armed.abort();
    return true;
  }
}

/** What a ciphertext is bound to: its connection and column. The sandbox seals in other words. */
function secretOf(algorithm: unknown): string | undefined {
  const bound =
    typeof algorithm === "object" && algorithm !== null && "additionalData" in algorithm
      ? algorithm.additionalData
      : undefined;
  return bound instanceof Uint8Array ? decoder.decode(bound) : undefined;
}
