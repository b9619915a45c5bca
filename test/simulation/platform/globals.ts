import type { Clock } from "./clock.ts";
import { simulatedSubtle } from "./crypto.ts";
import { Life } from "./object.ts";
import type { Scheduler } from "./scheduler.ts";
import { SimulatedSocket, SimulatedSocketPair } from "./sockets.ts";

export interface GlobalsOptions {
  scheduler: Scheduler;
  clock: Clock;
  /** In [0, 1), for `Math.random`; and for keys and ids, which other worlds draw elsewhere. */
  random: () => number;
  secretRandom: () => number;
  /** Where requests go; `isHeard`: who sent it still lives. */
  receive: (request: Request, isHeard: boolean) => Promise<Response>;
  /** Called before each encryption and decryption of an object. */
  beforeCipher: (operation: "encrypt" | "decrypt", boundTo: Uint8Array | undefined) => void;
  logged: (line: string) => void;
}

const RealDate = Date;
const RealResponse = Response;

/** Puts the simulation in the place of Node's time, chance, network and crypto. @returns what undoes it */
export function installGlobals(options: GlobalsOptions): () => void {
  const { scheduler, clock, random, secretRandom } = options;
  const replaced = {
    Date: simulatedDate(clock),
    Response: UpgradingResponse,
    WebSocket: SimulatedSocket,
    WebSocketPair: SimulatedSocketPair,
    // Clients of the simulation do not ping.
    WebSocketRequestResponsePair: Object,
    crypto: {
      subtle: simulatedSubtle((work) => scheduler.later(work), options.beforeCipher),
      getRandomValues: <Values extends Uint8Array>(values: Values): Values => {
        for (let index = 0; index < values.length; index += 1) values[index] = secretRandom() * 256;
        return values;
      },
      randomUUID: () => guidOf(secretRandom),
    },
    fetch: simulatedFetch(options),
    setTimeout: (run: (...values: unknown[]) => void, wait = 0, ...values: unknown[]) =>
      clock.setTimer(wait, () => run(...values)),
    clearTimeout: (id: unknown) => {
      if (typeof id === "number") clock.clearTimer(id);
    },
  };
  const undo = [
    replace(globalThis, replaced),
    replace(Math, { random }),
    replace(AbortSignal, {
      timeout: (wait: number) => {
        const controller = new AbortController();
        clock.setTimer(wait, () => controller.abort(new DOMException("late", "TimeoutError")));
        return controller.signal;
      },
    }),
    replace(console, { log: (line: unknown) => options.logged(String(line)) }),
  ];
  return () => {
    for (const restore of undo) restore();
  };
}

function replace(target: object, values: Readonly<Record<string, unknown>>): () => void {
  const before = Object.keys(values).map(
    (name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const,
  );
  for (const [name, value] of Object.entries(values)) {
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, descriptor);
    }
  };
}

function simulatedDate(clock: Clock): typeof Date {
  return class extends RealDate {
    // oxlint-disable-next-line typescript/no-useless-constructor -- its default is the simulated time
    constructor(...values: []) {
      if (values.length === 0) super(clock.now);
      else super(...values);
    }

    static override now(): number {
      return clock.now;
    }
  } as typeof Date;
}

/** Node makes no answer of status 101. */
class UpgradingResponse extends RealResponse {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof RealResponse;
  }

  constructor(body?: BodyInit | null, init?: ResponseInit & { webSocket?: unknown }) {
    if (init?.status !== 101) {
      super(body, init);
      return;
    }
    super(null);
    Object.defineProperties(this, {
      status: { value: 101 },
      webSocket: { value: init.webSocket },
    });
  }
}

const simulatedFetch =
  ({ scheduler, receive }: GlobalsOptions) =>
  (input: Request | string | URL, init?: RequestInit): Promise<Response> => {
    const request =
      input instanceof Request && init === undefined
        ? input
        : // Node asks for it where a body is a stream.
          new Request(input, { ...init, duplex: "half" } as RequestInit);
    const { owner } = scheduler;
    const life = owner instanceof Life ? owner : undefined;
    if (life === undefined) return receive(request, true);
    const { signal } = request;
    if (signal.aborted) return Promise.reject(signal.reason);
    const { promise: aborted, reject: abort } = Promise.withResolvers<never>();
    aborted.catch(() => undefined);
    signal.addEventListener("abort", () => abort(signal.reason), { once: true });
    return Promise.race([life.ask(() => receive(request, life.alive)), aborted]);
  };

function guidOf(random: () => number): string {
  const digits = () =>
    Math.floor(random() * 0x1_0000_0000)
      .toString(16)
      .padStart(8, "0");
  const hex = digits() + digits() + digits() + digits();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20)}`;
}
