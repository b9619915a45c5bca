import { clouds } from "../entra/cloud.ts";
import { keyId } from "../entra/credential.ts";
import { newPrivateKey } from "../entra/new-certificate.ts";
import { federationKeys } from "./credentials.ts";

/** Node's; this file is a program of its own and never part of the Worker. */
declare const process: { readonly argv: readonly string[]; exitCode?: number };

const [origin = "https://azure.example.com", subject = "azure-integration-worker"] =
  process.argv.slice(2);

/* oxlint-disable no-console -- a program's answer */
if (URL.parse(origin)?.origin === origin) {
  const pem = await newPrivateKey();
  // Read as the deployment will read it: what is printed here is accepted there.
  const read = federationKeys(pem);
  if (!read.ok) throw new Error(`the key ${read.error}`);
  const [key] = read.value;
  const credential = {
    name: "azure-integration-worker",
    issuer: `${origin}/federation`,
    subject,
    audiences: [clouds.global.federationAudience],
  };
  console.log("For Entra, once (az ad app federated-credential create --parameters):\n");
  console.log(`${JSON.stringify(credential, undefined, 2)}\n`);
  console.log(
    `In another cloud the audience is ${clouds.usgov.federationAudience} or ${clouds.china.federationAudience}.\n`,
  );
  console.log("For the deployment, the secret AZURE_FEDERATION_KEYS; it is kept nowhere else.");
  console.log(`A further key goes after the one that signs (kid ${key && (await keyId(key))}):\n`);
  console.log(pem);
} else {
  console.error("npm run make-federation-key -- [ORIGIN, as https://azure.example.com] [SUBJECT]");
  process.exitCode = 1;
}
