/** What both ends of a live socket have to agree on. */

/** Close codes. */
export const liveClose = { credentialExpired: 4001, gone: 4004 } as const;

/** The subprotocol of this Worker: what the socket speaks. */
export const liveProtocol = "azure.v1";

/** A subprotocol that begins so carries a ticket and nothing else. */
export const ticketPrefix = "ticket.";
