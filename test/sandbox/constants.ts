/** What the sandbox knows from the start; the README prints these. */
export const CLIENT_ID = "11111111-2222-4333-8444-555555555555";
export const CLIENT_SECRET = "sandbox-client-secret";
/** A program on somebody's machine: a public client, which signs people in by device code. */
export const PUBLIC_CLIENT_ID = "22222222-3333-4444-8555-666666666666";
export const PUBLIC_CLIENT_NAME = "Sandbox Command Line";
/** The application's name, on Entra's pages and in Graph's tokens. */
export const CLIENT_NAME = "Azure Integration Worker";

export const CONTOSO_TENANT = "aaaaaaaa-0000-4000-8000-00000000000a";
export const FABRIKAM_TENANT = "bbbbbbbb-0000-4000-8000-00000000000b";
/** The tenant Entra puts every personal Microsoft account in. */
export const PERSONAL_TENANT = "9188040d-6c67-4c5b-b112-36a304b66dad";

export const CONTOSO_SUBSCRIPTION = "aaaaaaaa-1111-4000-8000-000000000001";
export const ENGINEERING_SUBSCRIPTION = "aaaaaaaa-1111-4000-8000-000000000002";
/** In Fabrikam's tenant: a Contoso token gets InvalidAuthenticationTokenTenant here. */
export const FABRIKAM_SUBSCRIPTION = "bbbbbbbb-1111-4000-8000-000000000001";
