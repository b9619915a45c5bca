import type { Mutation } from "./mutation.ts";

/** Faults of the alarm: set for nothing, too late, or without end. */
export const alarmMutations: readonly Mutation[] = [
  {
    name: "the alarm is not set again after a failed renewal",
    file: "connection/tokens/token-mint.ts",
    find: "    rearm();\n    return failed;",
    replace: "    return failed;",
  },
  {
    name: "the alarm is not set again after a renewal",
    file: "connection/tokens/token-mint.ts",
    find: "    rearm();\n    started.report(",
    replace: "    started.report(",
  },
  {
    name: "the alarm is not set for the intent of a token request",
    file: "connection/tokens/token-mint.ts",
    find: "    rearm();\n    const answer = await exchange",
    replace: "    const answer = await exchange",
  },
  {
    name: "the alarm is not set again after a cool-down began",
    file: "connection/calls/throttling.ts",
    find: "    rearm();\n",
    replace: "",
  },
  {
    name: "the alarm is not set again after a sign-in",
    file: "connection/grant/authorization.ts",
    find: "      if (!adopted.ok) return over(adopted.error);\n      rearm();",
    replace: "      if (!adopted.ok) return over(adopted.error);",
  },
  {
    name: "the alarm is not set again after an import",
    file: "connection/grant/grant-import.ts",
    find: "    rearm();\n    return imported",
    replace: "    return imported",
  },
  {
    name: "the alarm is not set again after a disconnect",
    file: "connection/parts.ts",
    find: "      live.closeAll();\n      rearm();",
    replace: "      live.closeAll();",
  },
  {
    name: "the alarm is not set for the first use of a token",
    file: "connection/tokens/refresher.ts",
    find: "      rearm();\n",
    replace: "",
  },
  {
    name: "a ring sets no alarm for what is next",
    file: "connection/alarm.ts",
    find: "      this.arm(this.#restsUntil);\n",
    replace: "",
  },
  {
    name: "a ring takes the intent of a request that is out for a dead one's",
    file: "connection/alarm-work.ts",
    find: "    renewal: { run: renew },\n",
    replace: `    renewal: {
      run: async (due) => {
        state.tokens.clearIntent();
        await renew(due);
      },
    },\n`,
  },
  {
    name: "a ring renews beside the queue",
    file: "connection/tokens/refresher.ts",
    find: "return this.#fly(key, { staleGeneration: this.#options.state.tokens.read(key)?.generation }, 0);",
    replace: `const staleGeneration = this.#options.state.tokens.read(key)?.generation;
    return this.#options.mint.mint(key, { staleGeneration }, () => 0);`,
  },
  {
    name: "an intent of a dead life is not looked after",
    file: "connection/alarm-work.ts",
    find: "if (due !== undefined) await recoverIntent(due.intent, state, refresher);",
    replace: "due?.intent;",
  },
  {
    name: "an idle grant is never refreshed",
    file: "connection/policy/schedule.ts",
    find: "    ...idleRefresh(grant, homeTenant, tokens),\n",
    replace: "",
  },
];
