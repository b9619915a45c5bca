import "./platform/hooks.ts";
import type { CampaignOptions } from "./campaign-report.ts";
import { mutationOf } from "./mutations/index.ts";
import { plant } from "./mutations/plant.ts";
import { mutationVariable } from "./run-batch.ts";

/** One campaign in this process, for who forked it. */
const options: CampaignOptions = JSON.parse(process.argv[2] ?? "{}");
const mutation = process.env[mutationVariable];
const isLoaded = mutation === undefined ? () => true : plant(mutationOf(mutation));
// Loaded once the hooks are in place.
const { campaign } = await import("./campaign.ts");
const report = await campaign(options);
if (!isLoaded()) throw new Error("the simulation does not load the file of this mutation");
process.send?.(report);
