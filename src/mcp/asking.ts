import {
  inputRequired,
  inputResponse,
  type ClientCapabilities,
  type InputRequiredResult,
  type ServerContext,
} from "@modelcontextprotocol/server";

/** What came of a question: `none` while it was not asked, or its answer cannot be read. */
export type Answered = "accept" | "decline" | "none";

/** Questions to the person, by the names that clients give their answers back under. */
const connectKey = "connect";
const confirmKey = "confirm";

/**
 * The client of one call: what it can ask its person, and what was answered. Of the 2025 protocol
 * nothing is known, because each of its calls comes alone.
 */
export class Client {
  /** As it calls itself. */
  readonly name: string | undefined;
  readonly signal: AbortSignal;
  /** It can show a form; `elicitation: {}` says that too. */
  readonly showsForms: boolean;
  /** It can have an address opened. */
  readonly opensUrls: boolean;
  readonly #context: ServerContext;

  constructor(
    context: ServerContext,
    {
      name,
      capabilities,
    }: { name: string | undefined; capabilities: ClientCapabilities | undefined },
  ) {
    const elicitation = capabilities?.elicitation;
    this.name = name;
    this.signal = context.mcpReq.signal;
    this.opensUrls = elicitation?.url !== undefined;
    this.showsForms =
      elicitation !== undefined && (elicitation.form !== undefined || !this.opensUrls);
    this.#context = context;
  }

  /** Has the person open an address; the client repeats the call when that is done. */
  askToConnect(message: string, url: string): InputRequiredResult {
    return inputRequired({
      inputRequests: { [connectKey]: inputRequired.elicitUrl({ message, url }) },
    });
  }

  /** What came of {@link askToConnect} on a repeated call. */
  get connects(): Answered {
    const answer = inputResponse(this.#context.mcpReq.inputResponses, connectKey);
    if (answer.kind !== "elicit") return "none";
    return answer.action === "accept" ? "accept" : "decline";
  }

  /**
   * Has the person agree to something.
   *
   * @param state comes back with the answer
   */
  askToConfirm(message: string, state: string): InputRequiredResult {
    const yes = { type: "boolean", title: "Do it" } as const;
    return inputRequired({
      requestState: state,
      inputRequests: {
        [confirmKey]: inputRequired.elicit({
          message,
          requestedSchema: { type: "object", properties: { confirm: yes }, required: ["confirm"] },
        }),
      },
    });
  }

  /** What came of {@link askToConfirm} on a repeated call; accepting without a yes is a refusal. */
  get confirms(): Answered {
    const answer = inputResponse(this.#context.mcpReq.inputResponses, confirmKey);
    if (answer.kind !== "elicit") return "none";
    return answer.action === "accept" && answer.content?.["confirm"] === true
      ? "accept"
      : "decline";
  }

  /** The state that came with the answers; whoever sent it may have written it. */
  get state(): string {
    const state = this.#context.mcpReq.requestState();
    return typeof state === "string" ? state : "";
  }
}
