/** A template that ARM refuses; caught where its request is answered, never beyond. */
export class TemplateError extends Error {
  readonly code: string;
  constructor(message: string, code = "InvalidTemplate") {
    super(message);
    this.code = code;
  }
}

export const unprocessable = (message: string) =>
  new TemplateError(`Unable to process template language expressions: '${message}'`);
