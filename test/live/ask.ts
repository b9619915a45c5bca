import type { Result } from "../../src/contract/result.ts";
import type { Answer } from "./answer.ts";
import type { Check, Question } from "./check.ts";
import { send, type Network } from "./send.ts";
import type { Side } from "./side.ts";

/** Puts a question to one side. @returns its answer; or why there is none, a failed sign-in among them */
export async function ask(
  service: Check["service"],
  question: Question,
  side: Side,
  network: Network,
): Promise<Result<Answer, string>> {
  if ("signIn" in question) return side.signIn(question.signIn);
  const { method = "GET", path, body, token } = question;
  const headers = new Headers(question.headers);
  if (service !== "entra" && token !== "none") {
    const bearer = token === undefined ? await side.tokenOf(service) : undefined;
    if (bearer?.ok === false) return bearer;
    headers.set("authorization", `Bearer ${bearer?.value ?? "broken"}`);
  }
  const base = service === "entra" ? side.authority : side[service];
  const sent = body === undefined ? undefined : bodyOf(service, body, headers);
  return send(
    `${base}${path}`,
    { method, headers, ...(sent !== undefined && { body: sent }) },
    network,
  );
}

/** Entra takes forms, the others JSON. */
function bodyOf(service: Check["service"], body: unknown, headers: Headers): string {
  const isForm = service === "entra" && typeof body === "object" && body !== null;
  headers.set("content-type", isForm ? "application/x-www-form-urlencoded" : "application/json");
  return isForm
    ? new URLSearchParams(
        Object.entries(body).map(([name, value]): [string, string] => [name, String(value)]),
      ).toString()
    : JSON.stringify(body);
}
