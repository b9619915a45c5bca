import { createArm } from "../../sandbox/arm/index.ts";
import { createWorld } from "../../sandbox/create-world.ts";

export const BASE = "https://management.azure.com";

export interface Body {
  value?: { id: string; name: string; [member: string]: unknown }[];
  nextLink?: string;
  error?: { code: string; message: string };
  [member: string]: unknown;
}

export interface Said {
  status: number;
  headers: Headers;
  body: Body;
}

interface SendOptions {
  token?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/** An ARM of its own, spoken to as Ada unless a token is given. */
export async function createArmHarness() {
  const world = createWorld();
  const arm = createArm(world);

  const tokenOf = async (user: string, tenantId?: string) => {
    const { token } = await world.issueAccessToken({
      audience: "arm",
      user,
      tenantId,
      scopes: ["user_impersonation"],
      claimsCapable: true,
    });
    return token;
  };
  const ada = await tokenOf("ada@contoso.example");

  /** Sends to a path or to one of ARM's absolute links; an empty token sends none. */
  const send = async (method: string, target: string, options: SendOptions = {}): Promise<Said> => {
    const { token = ada, body, headers } = options;
    const path = target.startsWith(BASE) ? target.slice(BASE.length) : target;
    const response = await arm.request(
      path,
      {
        method,
        headers: {
          ...(token && { authorization: `Bearer ${token}` }),
          ...(body !== undefined && { "content-type": "application/json" }),
          ...headers,
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      },
      { base: BASE },
    );
    const text = await response.text();
    const parsed: Body = text ? JSON.parse(text) : {};
    return { status: response.status, headers: response.headers, body: parsed };
  };

  return { world, send, tokenOf };
}

export const codeOf = ({ body }: Said) => body.error?.code;
