/** What went wrong in an event: a code and a sentence, never Microsoft's raw text. */
export interface EventError {
  code: string;
  message: string;
  aadsts?: number | undefined;
  request_id?: string | undefined;
}
