import * as z from "zod";
import type { ToolAnnotations } from "@modelcontextprotocol/server";
import type { Fields, Operation } from "../api/operation.ts";
import { isUserScope } from "../callers/caller.ts";
import type { Scope } from "../contract/scope.ts";
import { isReadScope } from "../operations/serve.ts";
import type { ToolCall } from "./tool-call.ts";
import type { Toolset } from "../contract/toolset.ts";

/** What a tool gives: JSON that its `output` describes. */
export type ToolOutput = Readonly<Record<string, unknown>>;

/** One tool as an agent sees it, and how it is done. */
export interface Tool<Input extends Fields = Fields> {
  /** `mail_list_messages`. */
  name: string;
  toolset: Toolset;
  title: string;
  /** What an agent has to know beyond the title and the arguments. */
  description: string;
  /** What the caller's credential needs; a call may need more. */
  scope: Scope;
  /** Whether it undoes, sends or removes something that cannot be taken back; default false. */
  destructive?: true;
  /** Whether doing it twice is doing it once; reads always are. */
  idempotent?: true;
  /** Whether it gives what strangers wrote: mail, events, files. */
  openWorld?: true;
  /** By the names that agents use: in snake case. */
  input: Input;
  output: z.ZodObject;
  /** What it needs in addition for this very input, for clients that can ask for more scopes. */
  moreScope?(input: z.output<z.ZodObject<Input>>): Scope | undefined;
  /**
   * What the person has to agree to before a call is done.
   *
   * @returns the question; undefined where the call needs no answer
   */
  confirms?(input: z.output<z.ZodObject<Input>>): Confirmation | undefined;
  /** @throws AzureError */
  run(call: ToolCall, input: z.output<z.ZodObject<Input>>): Promise<ToolOutput>;
}

/** A question to the person. */
export interface Confirmation {
  /** `Send this draft?` What has to be looked up for it is, where somebody is asked. */
  question: string | ((call: ToolCall) => Promise<string>);
  /** Only an answer of the person's counts, never an argument of the agent's. */
  byPersonOnly?: true;
}

/** A tool whose parts are typed by its own input. */
export function tool<const Input extends Fields>(declared: Tool<Input>): Tool {
  // The input is read by the very schemas that the tool declares.
  return declared as unknown as Tool;
}

/** Whether a tool changes nothing. */
export const isReadTool = ({ scope }: Pick<Tool, "scope">): boolean => isReadScope(scope);

/** What a tool takes from the operation it stands for: its words for agents, and its scope. */
export function wordsOf<Declared extends Operation>({ mcp, scope, name }: Declared) {
  if (mcp === undefined) throw new Error(`${name} is declared for no tool`);
  if (!isUserScope(scope)) throw new Error(`${name} needs a scope that no user has`);
  const { tool: toolName, title, about, ...hints } = mcp;
  return { name: toolName, title, description: about, scope, ...hints };
}

/** Its hints for clients. Of a tool that only reads, the others mean nothing. */
export function hintsOf(tool: Tool): ToolAnnotations {
  const { destructive = false, idempotent = false, openWorld: openWorldHint = false } = tool;
  return isReadTool(tool) && !destructive
    ? { readOnlyHint: true, openWorldHint }
    : {
        readOnlyHint: false,
        destructiveHint: destructive,
        idempotentHint: idempotent,
        openWorldHint,
      };
}

/** `confirm`, of tools that ask before they act. */
export const confirm = z.boolean().optional().meta({ description: "True once the person agreed." });
