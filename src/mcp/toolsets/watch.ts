import * as z from "zod";
import { createWatch, listChanges, listWatches } from "../../api/watches.ts";
import { defined } from "../../contract/defined.ts";
import {
  changeKinds,
  changeTypes as typesOfChanges,
  watchStates,
  type Watch,
} from "../../contract/watch.ts";
import { knownWatch } from "../../operations/watches.ts";
import { listOf, listOutput, remedy } from "../fields.ts";
import { tool, wordsOf, type ToolOutput } from "../tool.ts";

const shape = {
  id: z.string(),
  resource: z.string(),
  change_types: z.array(z.enum(changeKinds)),
  state: z.enum(watchStates),
  gap_since: z.string().optional().meta({ description: "Since then changes may be missing." }),
  remedy: remedy.optional(),
} as const;

const leanWatch = ({
  id,
  resource,
  change_types,
  state,
  gap_since,
  remedy: asked,
}: Watch): ToolOutput => ({
  id,
  resource,
  change_types,
  state,
  ...defined({ gap_since, remedy: asked }),
});

const create = tool({
  ...wordsOf(createWatch),
  toolset: "watch",
  input: {
    resource: createWatch.input.resource,
    change_types: createWatch.input.changeTypes,
    catch_up: z.boolean().optional().meta({ description: "Find out what was missed in a gap." }),
  },
  output: z.object(shape),
  moreScope: () => "graph:read",
  run: async (call, { resource, change_types: changeTypes, catch_up }) => {
    // What it brings others may rely on: an agent that asks for the same takes nothing from it.
    const known = await knownWatch(await call.context(), { resource, changeTypes });
    const terms = {
      includeData: known?.include_data,
      select: known?.select,
      catchUp: catch_up ?? known?.catch_up,
    };
    return leanWatch(
      await call.operation(createWatch, { resource, changeTypes, ...defined(terms) }),
    );
  },
});

const list = tool({
  ...wordsOf(listWatches),
  toolset: "watch",
  input: {},
  output: z.object({ items: z.array(z.object(shape)) }),
  run: async (call) => ({ items: (await call.operation(listWatches, {})).map(leanWatch) }),
});

const changes = tool({
  ...wordsOf(listChanges),
  toolset: "watch",
  openWorld: true,
  input: {
    after: z.int().min(0).default(0).meta({ description: "seq of the last one seen." }),
    top: z.int().min(1).max(50).default(10),
  },
  output: listOutput({
    seq: z.int(),
    type: z.enum(typesOfChanges),
    time: z.string(),
    watch: z.string(),
    resource: z.string(),
  }).extend({
    truncated: z.literal(true).optional().meta({ description: "Older ones are lost." }),
  }),
  moreScope: () => "graph:read",
  run: async (call, { after, top }) => {
    const { events, truncated } = await call.operation(listChanges, { after, limit: top });
    const page = listOf({ data: events }, ({ seq, type, time, watch, resource }) => ({
      seq,
      type,
      time,
      watch,
      resource,
    }));
    return { ...page, ...defined({ truncated }) };
  },
});

export const watchTools = [create, list, changes];
