import { readClientCertificate } from "../entra/certificate.ts";
import { credentialId, thumbprint } from "../entra/credential.ts";
import { newCertificate } from "../entra/new-certificate.ts";

/** Node's; this file is a program of its own and never part of the Worker. */
declare const process: { readonly argv: readonly string[]; exitCode?: number };

const day = 86_400_000;
const [given = "365", commonName = "azure-integration-worker"] = process.argv.slice(2);
const days = Number(given);

/* oxlint-disable no-console -- a program's answer */
if (Number.isInteger(days) && days >= 1 && days <= 730) {
  const now = Date.now();
  const made = await newCertificate({
    commonName,
    // The clock of whoever checks it may be behind ours.
    notBefore: now - 3_600_000,
    notAfter: now + days * day,
  });
  // Read as the deployment will read it: what is printed here is accepted there.
  const read = readClientCertificate(made.privateKey + made.certificate);
  if (!read.ok) throw new Error(`the certificate ${read.error}`);
  const certificate = read.value;
  const variable = "AZURE_CLIENT_CERTIFICATE";
  const id = await credentialId({ kind: "certificate", variable, certificate });
  console.log(`For Entra, Certificates & secrets, Certificates (certificate.pem):\n`);
  console.log(made.certificate);
  console.log(`Thumbprint ${id}, x5t#S256 ${await thumbprint(certificate)},`);
  console.log(`good until ${new Date(certificate.notAfter).toISOString()}.\n`);
  console.log(`For the deployment, the secret ${variable}; it is kept nowhere else:\n`);
  console.log(made.privateKey + made.certificate);
} else {
  console.error("npm run make-certificate -- [DAYS, 1 to 730; default 365] [NAME]");
  process.exitCode = 1;
}
