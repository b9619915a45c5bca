import { failure, type Failure } from "../../contract/errors.ts";

/** A 401 was recovered from, but the call cannot be repeated: nothing was done. */
export const sendAgain = (): Failure =>
  failure(
    "upstream_unavailable",
    "The access token was renewed, but the body of this request is too large to have been kept; send it again.",
    { retry_after: 1 },
  );

/** Nothing was sent: a write that is answered so is not done. */
export const mailboxBusy = (scope: string): Failure =>
  failure(
    "upstream_unavailable",
    "Other calls to this mailbox are still under way; this one was not sent.",
    { retry_after: 5, details: { reason: "mailbox_busy", applies_to: scope } },
  );

/** No token is sent to a file's storage: a 401 of it is its link's fault, and no sign-in helps. */
export const linkRefused = (status: number): Failure =>
  failure("upstream_error", "Microsoft's storage no longer accepts the link it gave out.", {
    details: { reason: "link_expired", upstream_status: status },
  });
