import { certificateWarnings, type CertificateWarning } from "../config/certificate-warnings.ts";
import type { Config } from "../config/config.ts";
import type { Directory } from "../directory/directory.ts";
import { log } from "../platform/log.ts";

/**
 * Writes a line for each certificate that ends in 30, 14, 7 or 1 days, and when it has ended: one for each
 * of these times, by whichever run comes first.
 *
 * @param now milliseconds since the epoch
 * @throws AzureError of the directory; what could not be noted is written by the next run
 */
export async function warnOfCertificates(
  { credentials }: Config,
  directory: Directory,
  now: number,
): Promise<void> {
  for (const warning of await certificateWarnings(credentials, now)) {
    const isFirst = await directory.recordNotice(noticeOf(warning), now);
    if (isFirst) report(warning);
  }
}

const noticeOf = ({ thumbprint, days }: CertificateWarning): string =>
  `certificate:${thumbprint}:${days}`;

const report = ({ variable, thumbprint, days, notAfter }: CertificateWarning): void =>
  log({
    level: days <= 7 ? "error" : "warn",
    event: days === 0 ? "certificate_expired" : "certificate_expires",
    variable,
    thumbprint,
    days,
    not_after: new Date(notAfter).toISOString(),
  });
