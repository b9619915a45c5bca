/** The call by which latency is measured: signed in, answered at once, not one of the mailbox's. */
export const quickUrl = "https://graph.microsoft.com/v1.0/quick";

/** A page of 10 MiB. */
export const largeUrl = "https://graph.microsoft.com/v1.0/me/drive/root/children";

/** A page of mail. */
export const mailUrl = "https://graph.microsoft.com/v1.0/me/messages";
