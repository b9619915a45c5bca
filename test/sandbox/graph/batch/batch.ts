import { Hono } from "hono";
import { json } from "../answer.ts";
import { readJson } from "../body.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { badRequest, valueOr400 } from "../query.ts";
import type { GraphState } from "../state.ts";
import { bodyOf, readBatch } from "./batch-request.ts";
import type { BatchStep } from "./batch-request.ts";
import { batchAnswer, failedDependency, shuffled } from "./batch-response.ts";
import type { BatchAnswer } from "./batch-response.ts";

/** Answers a request as if it had come alone. */
export type Answer = (request: Request, env: { base: string }) => Response | Promise<Response>;

/** Steps of a batch that are under way together; a mailbox takes no more. */
const AT_ONCE = 4;

async function runStep(
  c: GraphContext,
  state: GraphState,
  answer: Answer,
  step: BatchStep,
): Promise<BatchAnswer> {
  const outer = new URL(c.req.url);
  const path = `/${outer.pathname.split("/")[1]}/${step.url.replace(/^\//, "")}`;
  const body = bodyOf(step);
  const method = step.method.toUpperCase();
  let inner: Request;
  let seen: Request;
  try {
    const headers = new Headers(step.headers);
    headers.set("authorization", c.req.header("authorization") ?? "");
    const init: RequestInit = { method, headers, ...(body === undefined ? {} : { body }) };
    inner = new Request(`${outer.origin}${path}`, init);
    // Faults are matched on the address as a client would have written it.
    seen = new Request(`${c.env.base}${path}`, init);
  } catch (error) {
    throw badRequest(`Invalid batch payload format: request Id ${step.id}: ${String(error)}`);
  }
  const fault = await state.world.fault?.(seen);
  return batchAnswer(step.id, fault ?? (await answer(inner, c.env)));
}

const succeeded = (answer: BatchAnswer | undefined) => answer !== undefined && answer.status < 400;

/** Runs the steps, each after those it depends on, a few at a time. */
async function runAll(
  steps: readonly BatchStep[],
  run: (step: BatchStep) => Promise<BatchAnswer>,
): Promise<BatchAnswer[]> {
  const answers = new Map<string, BatchAnswer>();
  let waiting = [...steps];
  while (waiting.length > 0) {
    const ready = waiting.filter(({ dependsOn }) => dependsOn.every((id) => answers.has(id)));
    const round = ready.slice(0, AT_ONCE);
    const done = await Promise.all(
      round.map((step) =>
        step.dependsOn.every((id) => succeeded(answers.get(id)))
          ? run(step)
          : failedDependency(step.id),
      ),
    );
    for (const answer of done) answers.set(answer.id, answer);
    waiting = waiting.filter(({ id }) => !answers.has(id));
  }
  return [...answers.values()];
}

/** POST /$batch: up to twenty requests in one, under the token of the whole. */
export function batchRoutes(state: GraphState, answer: Answer): GraphRoutes {
  return new Hono<GraphEnvironment>().post("/$batch", async (c) => {
    const steps = valueOr400(readBatch(await readJson(c)));
    const isBatch = ({ url }: BatchStep) => /^\/?(?:\$|%24)batch\b/i.test(url);
    if (steps.some(isBatch)) throw badRequest("A batch cannot hold a batch.");
    const answers = await runAll(steps, (step) => runStep(c, state, answer, step));
    return json(c, { responses: shuffled(answers) });
  });
}
