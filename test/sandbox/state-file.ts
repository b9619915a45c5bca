import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";
import { stateSchema } from "./state.ts";
import type { State, StateStore } from "./state.ts";

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * Keeps the sandbox's state in `{directory}/state.json`, replaced in one step so that a crash
 * leaves the old file or the new one.
 * @throws Error naming the file when what it holds is no state of a sandbox
 */
export function fileStore(directory: string): StateStore {
  const path = join(directory, "state.json");
  return {
    load(): State | undefined {
      const text = textOf(path);
      if (text === undefined) return undefined;
      let content: unknown;
      try {
        content = JSON.parse(text);
      } catch (cause) {
        throw new Error(`${path} is not JSON; delete it to begin anew`, { cause });
      }
      const state = stateSchema.safeParse(content);
      if (state.success) return state.data;
      const reason = z.prettifyError(state.error);
      throw new Error(`${path} is no sandbox state; delete it to begin anew\n${reason}`);
    },
    save(state) {
      mkdirSync(directory, { recursive: true });
      const next = `${path}.next`;
      // It holds a private key, if only a sandbox's.
      writeFileSync(next, JSON.stringify(state, undefined, 2), { mode: 0o600 });
      renameSync(next, path);
    },
  };
}
