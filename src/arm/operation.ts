import * as z from "zod";
import type {
  FinalStateVia,
  OperationAnswer,
  OperationMethod,
  OperationState,
  OperationStep,
  RunningStep,
} from "./operation-state.ts";

/**
 * The rules of ARM's long-running operations: which URL to poll, when it is over, where the result
 * is. No I/O; `poller.ts` does the asking.
 */

const statusDocument = z.object({
  status: z.string().optional(),
  percentComplete: z.number().min(0).max(100).optional().catch(undefined),
  error: z
    .object({ code: z.string().optional(), message: z.string().optional() })
    .nullish()
    .catch(undefined),
  properties: z.object({ provisioningState: z.string().optional() }).nullish().catch(undefined),
});
type StatusDocument = z.infer<typeof statusDocument>;

/** An empty body, HTML or a body of another shape says nothing about a status. */
const readDocument = (body: unknown): StatusDocument => statusDocument.safeParse(body).data ?? {};

type Phase = "running" | "succeeded" | "failed" | "canceled";

const terminalPhases: Readonly<Record<string, Phase>> = {
  succeeded: "succeeded",
  failed: "failed",
  canceled: "canceled",
  cancelled: "canceled",
};

/** Three words are terminal, in any case; every other word means that it is still going on. */
export const phaseOf = (status: string): Phase => terminalPhases[status.toLowerCase()] ?? "running";

interface PollHeaders {
  status?: string;
  location?: string;
}

/** Operation-Location comes before Azure-AsyncOperation; Location is both their result and a way to poll. */
function readPollHeaders(headers: Headers, base: string): PollHeaders {
  const read = (name: string): string | undefined => {
    const value = headers.get(name);
    return value === null ? undefined : URL.parse(value, base)?.href;
  };
  const status = read("operation-location") ?? read("azure-asyncoperation");
  const location = read("location");
  return {
    ...(status !== undefined && { status }),
    ...(location !== undefined && { location }),
  };
}

/** The word to show for a step, and its extras. */
function running(state: OperationState, answer: OperationAnswer, status: string): RunningStep {
  const { percentComplete } = readDocument(answer.body);
  return {
    kind: "running",
    state,
    status,
    ...(percentComplete !== undefined && { percentComplete }),
    ...(answer.retryAfter !== undefined && { retryAfter: answer.retryAfter }),
  };
}

function ended(phase: "failed" | "canceled", { error }: StatusDocument): OperationStep {
  return {
    kind: "failed",
    status: phase === "failed" ? "Failed" : "Canceled",
    ...(error?.code !== undefined && { code: error.code }),
    ...(error?.message !== undefined && { message: error.message }),
  };
}

/**
 * Reads the answer that started an operation.
 *
 * Location alone is polled only after a 202: on a 201 it is the created resource. Without any
 * header only a PUT is followed, by its resource's provisioningState; no provisioningState is
 * Succeeded.
 */
export function startOperation(
  request: { method: OperationMethod; url: string; finalStateVia?: FinalStateVia },
  answer: OperationAnswer,
): OperationStep {
  const { method, url, finalStateVia } = request;
  const head = {
    method,
    resource: url,
    ...(finalStateVia !== undefined && { finalStateVia }),
  };
  const document = readDocument(answer.body);
  const provisioning = document.properties?.provisioningState;
  const { status, location } = readPollHeaders(answer.headers, url);

  if (status !== undefined && answer.status !== 204) {
    const state: OperationState = {
      ...head,
      mode: "status",
      poll: status,
      ...(location !== undefined && { location }),
    };
    return running(state, answer, provisioning ?? "Accepted");
  }
  if (location !== undefined && answer.status === 202) {
    return running(
      { ...head, mode: "location", poll: location },
      answer,
      provisioning ?? "Accepted",
    );
  }
  if (method === "PUT") {
    const state: OperationState = { ...head, mode: "resource", poll: url };
    if (answer.status === 202) return running(state, answer, provisioning ?? "Accepted");
    return readProvisioning(state, answer);
  }
  return { kind: "succeeded", value: method === "DELETE" ? undefined : answer.body };
}

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
  const document = readDocument(answer.body);
  const status = document.properties?.provisioningState ?? "Succeeded";
  const phase = phaseOf(status);
  if (phase === "running") return running(state, answer, status);
  if (phase === "succeeded") return { kind: "succeeded", value: answer.body };
  return ended(phase, document);
}

function readStatus(state: OperationState, answer: OperationAnswer): OperationStep {
  const document = readDocument(answer.body);
  const silent = answer.status === 202 ? "InProgress" : "Succeeded";
  const status = document.status ?? document.properties?.provisioningState ?? silent;
  const phase = phaseOf(status);
  if (phase === "running") return running(state, answer, status);
  if (phase !== "succeeded") return ended(phase, document);

  const url = resultUrl(state);
  if (url !== undefined) {
    return {
      kind: "running",
      state: { ...state, mode: "result", poll: url },
      status,
      retryAfter: 0,
    };
  }
  return { kind: "succeeded", value: state.method === "DELETE" ? undefined : answer.body };
}

function readLocation(state: OperationState, answer: OperationAnswer): OperationStep {
  if (answer.status === 202) {
    return running(state, answer, readDocument(answer.body).status ?? "InProgress");
  }
  if (state.method === "DELETE") return { kind: "succeeded", value: undefined };
  if (state.method === "PUT" && answer.body === undefined) {
    const result: OperationState = { ...state, mode: "result", poll: state.resource };
    return { kind: "running", state: result, status: "Succeeded", retryAfter: 0 };
  }
  return { kind: "succeeded", value: answer.body };
}

/** A later answer may name another URL; the new one counts from then on. */
function followHeaders(state: OperationState, headers: Headers): OperationState {
  const { status, location } = readPollHeaders(headers, state.poll);
  switch (state.mode) {
    case "status":
      return {
        ...state,
        ...(status !== undefined && { poll: status }),
        ...(location !== undefined && { location }),
      };
    case "location":
      return location === undefined ? state : { ...state, poll: location };
    case "resource":
    case "result":
      return state;
  }
}

/** Reads the 2xx answer to a poll of `state.poll`. */
export function readPoll(state: OperationState, answer: OperationAnswer): OperationStep {
  const next = followHeaders(state, answer.headers);
  switch (state.mode) {
    case "status":
      return readStatus(next, answer);
    case "location":
      return readLocation(next, answer);
    case "result":
      // A result behind Location may still be on its way.
      if (answer.status === 202) return running(next, answer, "InProgress");
      return { kind: "succeeded", value: answer.body };
    case "resource":
      return readProvisioning(next, answer);
  }
}
