/** Every `remedy.action`. */
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

export const isRemedyAction = (word: unknown): word is RemedyAction =>
  remedyActions.some((action) => action === word);
