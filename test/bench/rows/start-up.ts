import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BundledModule } from "../bundles.ts";
import { inTurns, ratios } from "../race.ts";
import { figureOf } from "../row.ts";
import { compatibilityDate, compatibilityFlags } from "../runtime.ts";
import type { Topic } from "../topic.ts";
import { timeToAnswer, writeConfig } from "../workerd.ts";

const trivial: BundledModule = {
  type: "ESModule",
  path: "index.js",
  contents: "export default { fetch: () => new Response() };",
};

/** As deployed: what is asked here comes from this machine, and nothing goes out. */
const flags = [...compatibilityFlags, "global_fetch_strictly_public"];

/** From the start of workerd to the first answer of its one Worker: no budget holds it. */
export const startUp: Topic = {
  name: "start-up",
  budgets: [],
  async measure({ bundle }) {
    const folders: string[] = [];
    const planned = async (modules: readonly BundledModule[]) => {
      const folder = await mkdtemp(join(tmpdir(), "azure-start-up-"));
      folders.push(folder);
      return writeConfig(folder, { modules, compatibilityDate, compatibilityFlags: flags });
    };
    try {
      const [own, bare] = [await planned(bundle), await planned([trivial])];
      const times = await inTurns(
        { own: () => timeToAnswer(own), bare: () => timeToAnswer(bare) },
        { rounds: 9, warmUp: 1 },
      );
      return {
        rows: [],
        figures: [
          figureOf(
            "start to the first answer, against a trivial Worker",
            "×",
            ratios(times.own, times.bare),
          ),
          figureOf("start to the first answer", "ms", times.own),
          figureOf("the same of a trivial Worker", "ms", times.bare),
        ],
      };
    } finally {
      for (const folder of folders) await rm(folder, { recursive: true, force: true });
    }
  },
};
