import { isErrorDocument, isRecord, recordOf, textOf } from "../http/json.ts";
import { wholeNumber } from "../http/whole-number.ts";
import { operationStatus, phaseOf, resourceStatus } from "./operation-status.ts";
import type {
  FinalStateVia,
  OperationAnswer,
  OperationMethod,
  OperationState,
  OperationStep,
  RunningStep,
} from "./operation-state.ts";
import { defined } from "../contract/defined.ts";
import { parseUrl } from "../http/url.ts";

/**
 * The rules of ARM's long-running operations: which URL to poll, when it is over, where the result
 * is. No I/O; `poller.ts` does the asking.
 *
 * An operation has succeeded only where an answer says so in a form that can be read. What cannot be
 * read is `unreadable`: nothing is known, and it can be asked again.
 */

const unreadable = { kind: "unreadable" } as const satisfies OperationStep;

interface PollHeaders {
  status?: string;
  location?: string;
}

/** Operation-Location comes before Azure-AsyncOperation; Location is both their result and a way to poll. */
function readPollHeaders(headers: Headers, base: string): PollHeaders {
  const read = (name: string): string | undefined => {
    const value = headers.get(name) ?? "";
    return value === "" ? undefined : parseUrl(value, base)?.href;
  };
  const status = read("operation-location") ?? read("azure-asyncoperation");
  const location = read("location");
  return {
    ...defined({ status, location }),
  };
}

/** The word to show for a step, and its extras. */
function running(state: OperationState, answer: OperationAnswer, status: string): RunningStep {
  const percent = recordOf(answer.body)["percentComplete"];
  const percentComplete = wholeNumber(percent, { most: 100, round: "down" });
  return {
    kind: "running",
    state,
    status,
    ...defined({ percentComplete, retryAfter: answer.retryAfter }),
  };
}

function ended(phase: "failed" | "canceled", body: unknown): OperationStep {
  const error = recordOf(recordOf(body)["error"]);
  const code = textOf(error["code"]);
  const message = textOf(error["message"]);
  return {
    kind: "failed",
    status: phase === "failed" ? "Failed" : "Canceled",
    ...defined({ code, message }),
  };
}

/**
 * Reads the answer that started an operation.
 *
 * Location alone is polled only after a 202: on a 201 it is the created resource. Without any
 * header a PUT or PATCH is followed by its resource's provisioningState, and a resource without one
 * is ready. A 202 without anything to follow has been accepted, and nothing more is known.
 */
export function startOperation(
  request: { method: OperationMethod; url: string; finalStateVia?: FinalStateVia },
  answer: OperationAnswer,
): OperationStep {
  const { method, url, finalStateVia } = request;
  if (!isGood(answer)) return unreadable;
  const head = {
    method,
    resource: url,
    ...defined({ finalStateVia }),
  };
  const shown = resourceStatus(answer.body).word ?? "Accepted";
  const { status, location } = readPollHeaders(answer.headers, url);

  if (status !== undefined && answer.status !== 204) {
    const state: OperationState = {
      ...head,
      mode: "status",
      poll: status,
      ...defined({ location }),
    };
    return running(state, answer, shown);
  }
  if (location !== undefined && answer.status === 202) {
    return running({ ...head, mode: "location", poll: location }, answer, shown);
  }
  if (method === "PUT" || method === "PATCH") {
    const state: OperationState = { ...head, mode: "resource", poll: url };
    // An answer that shows no resource: the state is read from the resource itself.
    return answer.status === 202 || !isRecord(answer.body)
      ? running(state, answer, shown)
      : readProvisioning(state, answer);
  }
  if (answer.status === 202) return unreadable;
  return { kind: "succeeded", value: method === "DELETE" ? undefined : answer.body };
}

/** A redirect or a 304 says nothing of an operation. */
const isGood = ({ status }: OperationAnswer): boolean => status >= 200 && status < 300;

/** Where the result of a succeeded status document is: an URL, in the document itself, or nowhere. */
function resultUrl({
  method,
  resource,
  location,
  finalStateVia,
}: OperationState): string | undefined {
  if (method === "DELETE" || finalStateVia === "azure-async-operation") return undefined;
  if (method === "PUT" || finalStateVia === "original-uri") return resource;
  return location ?? (method === "PATCH" ? resource : undefined);
}

function readProvisioning(state: OperationState, answer: OperationAnswer): OperationStep {
  if (!isRecord(answer.body) || isErrorDocument(answer.body)) return unreadable;
  const { word = "Succeeded", odd } = resourceStatus(answer.body);
  const phase = phaseOf(word);
  if (phase === "running") return running(state, answer, word);
  if (phase !== "succeeded") return ended(phase, answer.body);
  return odd ? unreadable : { kind: "succeeded", value: answer.body };
}

function readStatus(state: OperationState, answer: OperationAnswer): OperationStep {
  const silent = answer.status === 202 ? "InProgress" : undefined;
  const { word = silent, odd } = operationStatus(answer.body);
  if (word === undefined) return unreadable;
  const phase = phaseOf(word);
  if (phase === "running") return running(state, answer, word);
  if (phase !== "succeeded") return ended(phase, answer.body);
  if (odd) return unreadable;

  const url = resultUrl(state);
  if (url !== undefined) {
    return {
      kind: "running",
      state: { ...state, mode: "result", poll: url },
      status: word,
      retryAfter: 0,
    };
  }
  return { kind: "succeeded", value: state.method === "DELETE" ? undefined : answer.body };
}

/** The last answer is the one that the request itself would have had, had it not taken long. */
function readLocation(state: OperationState, answer: OperationAnswer): OperationStep {
  if (answer.status === 202) {
    return running(state, answer, textOf(recordOf(answer.body)["status"]) ?? "InProgress");
  }
  switch (state.method) {
    case "DELETE": {
      // It has no result: a body that names a state is a status document in the wrong place.
      const { word } = operationStatus(answer.body);
      const phase = word === undefined ? "succeeded" : phaseOf(word);
      if (phase === "running") return running(state, answer, word ?? "InProgress");
      return phase === "succeeded"
        ? { kind: "succeeded", value: undefined }
        : ended(phase, answer.body);
    }
    case "POST":
      return { kind: "succeeded", value: answer.body };
    case "PUT":
    case "PATCH":
      return isRecord(answer.body)
        ? readProvisioning({ ...state, mode: "resource", poll: state.resource }, answer)
        : {
            kind: "running",
            state: { ...state, mode: "result", poll: state.resource },
            status: "Succeeded",
            retryAfter: 0,
          };
  }
}

/** The operation has succeeded; of a resource only the resource will do. */
function readResult(state: OperationState, answer: OperationAnswer): OperationStep {
  // A result behind Location may still be on its way.
  if (answer.status === 202) return running(state, answer, "InProgress");
  const isResource = state.method === "PUT" || state.method === "PATCH";
  if (isResource && (!isRecord(answer.body) || isErrorDocument(answer.body))) return unreadable;
  return { kind: "succeeded", value: answer.body };
}

/** A later answer may name another URL; the new one counts from then on. */
function followHeaders(state: OperationState, headers: Headers): OperationState {
  const { status, location } = readPollHeaders(headers, state.poll);
  switch (state.mode) {
    case "status":
      return {
        ...state,
        ...defined({ poll: status, location }),
      };
    case "location":
      return location === undefined ? state : { ...state, poll: location };
    case "resource":
    case "result":
      return state;
  }
}

/** Reads the answer below 400 to a poll of `state.poll`. */
export function readPoll(state: OperationState, answer: OperationAnswer): OperationStep {
  if (!isGood(answer)) return unreadable;
  const next = followHeaders(state, answer.headers);
  switch (state.mode) {
    case "status":
      return readStatus(next, answer);
    case "location":
      return readLocation(next, answer);
    case "result":
      return readResult(next, answer);
    case "resource":
      return readProvisioning(next, answer);
  }
}
