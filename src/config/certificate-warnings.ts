import { failure, type Failure } from "../contract/errors.ts";
import { credentialId, type Credential } from "../entra/credential.ts";

/** A certificate that ends soon, or has ended. */
export interface CertificateWarning {
  /** The variable that holds it. */
  variable: string;
  /** As Entra's pages show it. */
  thumbprint: string;
  /** The nearest of the days at which a warning is written: 30, 14, 7, 1, or 0 once it has ended. */
  days: WarningDay;
  /** Milliseconds since the epoch. */
  notAfter: number;
  failure: Failure;
}

const day = 86_400_000;
/** Days before its end at which a certificate is warned of; 0: it has ended. */
const warningDays = [0, 1, 7, 14, 30] as const;
export type WarningDay = (typeof warningDays)[number];

/**
 * The certificates that an operator has to replace, with the warning that is due by `now`.
 *
 * @param now milliseconds since the epoch
 */
export async function certificateWarnings(
  credentials: readonly Credential[],
  now: number,
): Promise<CertificateWarning[]> {
  const warnings: CertificateWarning[] = [];
  for (const credential of credentials) {
    if (credential.kind !== "certificate") continue;
    const { variable, certificate } = credential;
    const { notAfter } = certificate;
    const days = warningDays.find((candidate) => notAfter - now <= candidate * day);
    if (days === undefined) continue;
    const thumbprint = await credentialId(credential);
    warnings.push({
      variable,
      thumbprint,
      days,
      notAfter,
      failure: warning(variable, notAfter, now),
    });
  }
  return warnings;
}

function warning(variable: string, notAfter: number, now: number): Failure {
  const ended = notAfter <= now;
  const when = new Date(notAfter).toISOString();
  const both =
    "register a new certificate with Entra, and set it in AZURE_CLIENT_CERTIFICATE or AZURE_CLIENT_CERTIFICATE_2 beside this one";
  return failure(
    "app_misconfigured",
    `The certificate in ${variable} ${ended ? "ended" : "ends"} on ${when}: ${both}.`,
    { details: { variable, reason: ended ? "certificate_expired" : "certificate_expires" } },
  );
}
