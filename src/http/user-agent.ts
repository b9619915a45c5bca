/** How every request of ours to Microsoft names its sender: the product and its version (RFC 9110 §10.1.5). */
export const userAgent = "azure-integration-worker/0.1.0";
