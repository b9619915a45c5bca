import * as z from "zod";

/** A moment in answers, events and rows: RFC 3339, UTC. */
export const time = z.iso.datetime();
