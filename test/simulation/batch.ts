import "./platform/hooks.ts";
import type { CampaignOptions } from "./campaign.ts";

/** One campaign in this process, for who forked it. */
const options: CampaignOptions = JSON.parse(process.argv[2] ?? "{}");
// Loaded once the hooks are in place.
const { campaign } = await import("./campaign.ts");
process.send?.(await campaign(options));
