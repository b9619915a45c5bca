import * as z from "zod";

/** The key every sandbox Worker accepts. */
export const DEVELOPMENT_KEY = "azk_dev_sandbox";

const errorSchema = z.object({
  code: z.string(),
  error: z.string(),
  details: z.object({ variable: z.string() }).partial().optional(),
});

export type Readiness = { ready: true } | { ready: false; reason: string };

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const ask = (url: string, headers: Record<string, string> = {}) =>
  fetch(url, { headers, signal: AbortSignal.timeout(10_000) }).catch(() => undefined);

/** Why the Worker cannot work, when it says that its configuration is at fault. */
async function misconfiguration(response: Response): Promise<string | undefined> {
  if (response.status !== 503) return undefined;
  const body: unknown = await response.json().catch(() => undefined);
  const said = errorSchema.safeParse(body).data;
  if (said?.code !== "app_misconfigured") return undefined;
  const variable = said.details?.variable;
  return `configuration error${variable ? ` in ${variable}` : ""}: ${said.error}`;
}

/**
 * Waits until the Worker answers, then asks it one thing that needs its configuration.
 * @param patience milliseconds until a Worker that does not answer is given up
 */
export async function whenReady(url: string, patience: number): Promise<Readiness> {
  const deadline = Date.now() + patience;
  let health: Response | undefined;
  while (!health) {
    health = await ask(`${url}/health`);
    if (health) break;
    if (Date.now() > deadline) {
      return { ready: false, reason: `nothing answers at ${url}/health` };
    }
    await pause(50);
  }
  const first = await ask(`${url}/connections`, { authorization: `Bearer ${DEVELOPMENT_KEY}` });
  for (const response of [health, first]) {
    const reason = response && (await misconfiguration(response));
    if (reason) return { ready: false, reason };
  }
  return health.ok ? { ready: true } : { ready: false, reason: `/health says ${health.status}` };
}
