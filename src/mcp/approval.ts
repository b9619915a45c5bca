import type { InputRequiredResult } from "@modelcontextprotocol/server";
import { grantsStub } from "../connection/stub.ts";
import { AzureError, failure } from "../contract/errors.ts";
import { sign, verify } from "../platform/keys.ts";
import { isRecord } from "../http/json.ts";
import { plainText } from "../oauth/client-description.ts";
import { objectOfUser } from "../oauth/grant-store.ts";
import type { ToolCall } from "./tool-call.ts";
import type { Confirmation, Tool } from "./tool.ts";

/** How long a question may stay open, in seconds. */
const longestQuestion = 600;

/**
 * Has the person agree to a call that has to be agreed to: by a form where the client can show one,
 * else by the argument `confirm`, which the agent sets once it has asked.
 *
 * @returns the question; undefined where the call may be done
 * @throws AzureError `forbidden`, `details.reason` `confirmation_required` or `declined`
 */
export async function agreement(
  call: ToolCall,
  tool: Tool,
  input: Record<string, unknown>,
): Promise<InputRequiredResult | undefined> {
  const confirmation = tool.confirms?.(input);
  if (confirmation === undefined) return undefined;
  const { byPersonOnly = false } = confirmation;
  const { client } = call;
  if (!client.showsForms && !byPersonOnly && input["confirm"] === true) return undefined;
  if (client.showsForms && client.confirms === "decline") throw new AzureError(declined());
  const question = await wordsOf(confirmation, call);
  if (client.showsForms) {
    const asked = { call, tool, input, question };
    if (client.confirms === "accept" && (await isFirstAnswerTo(asked))) return undefined;
    return client.askToConfirm(question, await stateOf(asked));
  }
  throw new AzureError(byPersonOnly ? formRequired(question) : confirmRequired(question));
}

/** Others chose words of it, the agent or whoever wrote to the person: none may hide or reorder the rest. */
const wordsOf = async ({ question }: Confirmation, call: ToolCall): Promise<string> =>
  plainText(typeof question === "string" ? question : await question(call));

interface Asked {
  call: ToolCall;
  tool: Tool;
  input: Record<string, unknown>;
  question: string;
}

/**
 * The answer to one question is worthless for another call, caller or argument, for words that the person
 * did not read, a second time, and after ten minutes.
 */
const questionOf = ({ call: { session }, tool, input, question }: Asked, ends: number): string =>
  JSON.stringify([
    ends,
    session.service.caller.kind,
    session.service.caller.id,
    session.connectionId,
    tool.name,
    canonical(input),
    question,
  ]);

async function stateOf(asked: Asked): Promise<string> {
  const { config, now } = asked.call.session.service;
  const ends = Math.floor(now() / 1000) + longestQuestion;
  return `${ends}.${await sign(config.sessionSecret, "mcp", questionOf(asked, ends))}`;
}

/** Agreed to once is done once: a client that repeats a call whose answer was lost has to ask again. */
async function isFirstAnswerTo(asked: Asked): Promise<boolean> {
  const [, ends, mac] = /^(\d{1,12})\.(.+)$/.exec(asked.call.client.state) ?? [];
  if (ends === undefined || mac === undefined) return false;
  const { userId, service } = asked.call.session;
  const { config, env, now } = service;
  const expiresAt = Number(ends) * 1000;
  if (expiresAt < now()) return false;
  if (!(await verify(config.sessionSecret, "mcp", questionOf(asked, Number(ends)), mac))) {
    return false;
  }
  const used = await grantsStub(env, objectOfUser(userId), { creates: true });
  return used.write({ key: `approval:${mac}`, value: "", expiresAt, expected: 0 });
}

/** The same for objects that differ only in the order of their fields, and for nothing else. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return ["list", ...value.map(canonical)];
  if (!isRecord(value)) return value;
  const fields = Object.entries(value).toSorted(([left], [right]) => (left < right ? -1 : 1));
  return ["object", ...fields.map(([name, inner]) => [name, canonical(inner)])];
}

const declined = () =>
  failure("forbidden", "The person declined this.", { details: { reason: "declined" } });

const confirmRequired = (question: string) =>
  failure(
    "forbidden",
    `The person has to agree first: ${question} Ask, then call again with confirm: true.`,
    { details: { reason: "confirmation_required", field: "confirm" } },
  );

const formRequired = (question: string) =>
  failure(
    "forbidden",
    `The person has to agree first: ${question} This client cannot ask (that needs form elicitation in the protocol of 2026-07-28), so it is not done.`,
    { details: { reason: "confirmation_required" } },
  );
