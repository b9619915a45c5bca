/** What the blob service says, before the headers that all its answers have. */
export interface Answer {
  status: number;
  /** XML, or the bytes of a blob. */
  body?: string;
  headers?: Record<string, string>;
}

export const xml = (body: string): Answer => ({
  status: 200,
  body: `<?xml version="1.0" encoding="utf-8"?>${body}`,
  headers: { "content-type": "application/xml" },
});

/** A refusal of the blob service: its code stands in a header too. */
export function failure(
  status: number,
  code: string,
  message: string,
  options: { detail?: string; headers?: Record<string, string> } = {},
): Answer {
  const { detail, headers } = options;
  const more = detail ? `<AuthenticationErrorDetail>${detail}</AuthenticationErrorDetail>` : "";
  return {
    status,
    body: `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message>${more}</Error>`,
    headers: { "content-type": "application/xml", "x-ms-error-code": code, ...headers },
  };
}
