export const userAgent = "azure-integration-worker/0.1.0";
