/** The call by which latency is measured: signed in, answered at once, not one of the mailbox's. */
export const quickUrl = "https://graph.microsoft.com/v1.0/quick";
