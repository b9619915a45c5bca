/** What has to happen, and by whom, before a broken connection works again. */
export const remedyActions = [
  "retry",
  "sign_in",
  "step_up",
  "consent",
  "admin_consent",
  "contact_admin",
  "fix_app",
] as const;
export type RemedyAction = (typeof remedyActions)[number];

export interface Remedy {
  action: RemedyAction;
  message: string;
  aadsts?: number | undefined;
  /** Where the user repairs the connection: good for 30 days from when it was read. */
  connect_url?: string | undefined;
  admin_consent_url?: string | undefined;
  scopes?: string[] | undefined;
  /** RFC 3339. */
  since: string;
}

/** A remedy as it is kept: `connect_url` is made whenever it is read. */
export type StoredRemedy = Omit<Remedy, "connect_url">;
