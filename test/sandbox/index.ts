import { createArm } from "./arm/index.ts";
import { createBlob } from "./blob/index.ts";
import { Chaos } from "./chaos/chaos.ts";
import { play } from "./chaos/play.ts";
import { createControl } from "./control.ts";
import { createWorld, nameOfBearer } from "./create-world.ts";
import type { SandboxWorld } from "./create-world.ts";
import { createEntra } from "./entra/index.ts";
import { nameInGrant } from "./entra/sealed-grant.ts";
import type { Fault } from "./fault-input.ts";
import { brokenOff, cutShort, Faults, faultHeader, planOf, respondBy } from "./faults.ts";
import { createGraph, createGraphStorage } from "./graph/index.ts";
import { placeOf } from "./hosts.ts";
import type { Place } from "./hosts.ts";
import { RequestLog } from "./request-log.ts";
import type { LogEntry } from "./request-log.ts";
import type { Fetch } from "./public-types.ts";
import type { SettingsPatch } from "./settings.ts";
import { fileStore } from "./state-file.ts";
import { createVault } from "./vault/index.ts";

export interface SandboxOptions {
  /** Where keys, consents, revocations and subscriptions outlive the process; absent, in memory only. */
  directory?: string | undefined;
  /** In place of the default settings, at the start and after each reset. */
  settings?: SettingsPatch | undefined;
  /** In place of the world that would be made: for who has many short schedules to play. */
  world?: SandboxWorld | undefined;
  /** Takes Graph's notifications to those who subscribed. Default: by the network. */
  outbound?: Fetch | undefined;
}

export interface Sandbox {
  /** Answers for every Microsoft host, and at a local origin by path prefix. */
  fetch(request: Request): Promise<Response>;
  /** An access token without a sign-in, as Entra would issue it. */
  issueAccessToken: SandboxWorld["issueAccessToken"];
  /** The routes of the control API. */
  controls: readonly { method: string; path: string }[];
}

const formType = "application/x-www-form-urlencoded";
const decoder = new TextDecoder();

/** A local stand-in for Entra ID, Graph, Azure Resource Manager, Key Vault and Blob Storage. */
export async function createSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { directory, settings = {}, outbound } = options;
  const store = directory === undefined ? {} : { store: fileStore(directory) };
  const world = options.world ?? createWorld({ settings, outbound, ...store });
  const log = new RequestLog();
  const faults = new Faults();
  const chaos = new Chaos(world.settings);
  world.onReset(() => chaos.restart());
  const entra = createEntra(world);
  const services = {
    graph: createGraph(world),
    storage: createGraphStorage(world),
    arm: createArm(world),
    vault: createVault(world),
    blob: createBlob(world),
  };
  const control = createControl(world, log, faults);
  // Inside a $batch a fault can delay and answer; there is no connection of its own to break.
  world.fault = async ({ method, url }) => {
    const fault = faults.take({ method, url, grantType: undefined });
    if (fault?.delay_ms) await new Promise((resolve) => setTimeout(resolve, fault.delay_ms));
    return fault?.respond && respondBy(fault.respond);
  };

  const serve = async (request: Request, place: Place, entry?: LogEntry): Promise<Response> => {
    const { service, base } = place;
    if (service === "control") return control.fetch(request);
    if (service !== "entra") return services[service].fetch(request, { base });
    const record = (user: string) => void (entry && (entry.user = user));
    return entra.fetch(request, { base, record });
  };

  const faultAnswer = async (fault: Fault, request: Request, base: string): Promise<Response> => {
    const { respond, aadsts, suberror } = fault;
    if (respond) return respondBy(respond);
    if (aadsts === undefined) return brokenOff();
    const bare = new Request(request.url, { headers: request.headers });
    return entra.fetch(bare, { base, fault: { code: aadsts, suberror } });
  };

  const answer = async (
    request: Request,
    place: Place,
    entry: LogEntry,
    fault: Fault | undefined,
  ): Promise<Response> => {
    if (!fault) {
      const odd = chaos.next({ ...place, method: request.method });
      if (!odd) return serve(request, place, entry);
      entry.odd = odd.name;
      return play(odd.answer, request, (served) => serve(served, place, entry));
    }
    const { delayMs, serve: serves, answer: kind, cut } = planOf(fault);
    const lost = serves && kind !== "service" ? await serve(request, place, entry) : undefined;
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    await lost?.body?.cancel();
    const answered =
      kind === "service"
        ? await serve(request, place, entry)
        : await faultAnswer(fault, request, place.base);
    return cut ? cutShort(answered) : answered;
  };

  return {
    controls: control.routes.map(({ method, path }) => ({ method, path: `/_sandbox${path}` })),
    issueAccessToken: (token) => world.issueAccessToken(token),
    async fetch(incoming) {
      const url = new URL(incoming.url);
      const place = placeOf(url);
      if (!place) {
        return new Response(`The sandbox answers for no host ${url.host}.\n`, { status: 404 });
      }
      const isForm =
        incoming.method === "POST" &&
        (incoming.headers.get("content-type") ?? "").toLowerCase().startsWith(formType);
      const entry = place.service === "control" ? undefined : log.open(incoming, world.now());
      // Not `text()`: workerd, where this also runs, takes a form for no text and warns each time.
      const body = isForm ? decoder.decode(await incoming.arrayBuffer()) : incoming.body;
      const request = new Request(new URL(place.path + url.search, url.origin), {
        method: incoming.method,
        headers: new Headers([...incoming.headers]),
        body,
        redirect: "manual",
        // Bodies stream through.
        ...(body ? { duplex: "half" } : {}),
      });
      if (!entry) return serve(request, place);

      const form = new URLSearchParams(typeof body === "string" ? body : "");
      const grantType = form.get("grant_type") ?? undefined;
      const scope = form.get("scope") ?? undefined;
      const user = nameOfBearer(request) ?? (await nameInGrant(world, form));
      Object.assign(entry, {
        ...(grantType === undefined ? {} : { grant_type: grantType }),
        ...(scope === undefined ? {} : { scope }),
        ...(user === undefined ? {} : { user }),
      });
      const { method } = incoming;
      const fault = faults.take({ method, url: incoming.url, grantType });
      const response = await answer(request, place, entry, fault);
      const lost = response.headers.get(faultHeader) === "reset";
      log.close(entry, lost ? 0 : response.status);
      return response;
    },
  };
}
