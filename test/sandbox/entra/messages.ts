/** What the sandbox says with a code; a detail given with the error replaces the whole sentence. */
const messages: Readonly<Record<number, string>> = {
  16000:
    "Either multiple user identities are available for the current request or the selected account is not supported for the scenario.",
  28000:
    "Provided value for the input parameter scope is not valid because it contains more than one resource.",
  28003:
    "Provided value for the input parameter scope cannot be empty when requesting an access token using the provided authorization code.",
  50012: "Client assertion audience claim does not match Realm issuer.",
  50027: "JWT token is invalid or malformed.",
  50011:
    "The redirect URI specified in the request does not match the redirect URIs configured for the application.",
  50020: "The user account does not exist in the tenant and cannot access the application there.",
  50034: "The user account does not exist in the directory.",
  50058: "A silent sign-in request was sent but no user is signed in.",
  50076:
    "Due to a configuration change made by your administrator, or because you moved to a new location, you must use multi-factor authentication to access the resource.",
  50147: "Missing or invalid code_challenge or code_verifier parameter.",
  50173:
    "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password.",
  50196: "The server terminated an operation because it encountered a client request loop.",
  53003: "Access has been blocked by Conditional Access policies.",
  54005:
    "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
  65001:
    "The user or administrator has not consented to use the application. Send an interactive authorization request for this user and resource.",
  65004: "User declined to consent to access the app.",
  70000: "Provided grant is invalid or malformed.",
  70003: "The app requested an unsupported grant type.",
  70008: "The provided authorization code or refresh token has expired due to inactivity.",
  70011: "The provided request must include a valid 'scope' input parameter.",
  90002: "Tenant not found. Check to make sure you have the correct tenant ID and cloud.",
  90014: "The required field is missing from the request.",
  90033: "A transient error has occurred. Please try again.",
  90061: "Request to External OIDC endpoint failed.",
  90094:
    "An administrator of the directory has set a policy that prevents you from granting the application the permissions it is requesting.",
  501481:
    "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
  501491: "Invalid size of Code_Challenge parameter.",
  650053: "The application asked for a scope that doesn't exist on the resource.",
  700005: "The provided authorization code is intended to be used against another tenant.",
  700016: "Application was not found in the directory.",
  700021: "Client assertion application identifier doesn't match 'client_id' parameter.",
  700024: "Client assertion is not within its valid time range.",
  700222: "AAD-issued tokens may not be used for federated identity flows.",
  700025: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  700054: "response_type 'id_token' is not enabled for the application.",
  700082: "The refresh token has expired due to inactivity.",
  900144: "The request body must contain a required parameter.",
  900561: "The endpoint only accepts POST requests. Received a GET request.",
  901002: "The 'resource' request parameter is not supported.",
  1002012:
    "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier.",
  7000215:
    "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID.",
  7000218:
    "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  7000222: "The provided client secret keys for the app are expired.",
  9001023:
    "The grant type is not supported over the /common or /consumers endpoints. Please use the /organizations or tenant-specific endpoint.",
  9002313: "Invalid request. Request is malformed or invalid.",
  9002326:
    "Cross-origin token redemption is permitted only for the 'Single-Page Application' client-type.",
};

export function messageOf(code: number): string {
  return messages[code] ?? "The request could not be completed.";
}
