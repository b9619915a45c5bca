/** What lies under a mailbox, and under each of its folders. */
const ofMessages = [
  "GET /messages",
  "POST /messages",
  "GET /messages/$count",
  "GET /messages/{id}",
  "PATCH /messages/{id}",
  "DELETE /messages/{id}",
  ...[
    "send",
    "move",
    "copy",
    "reply",
    "replyall",
    "forward",
    "createreply",
    "createreplyall",
    "createforward",
  ].map((action) => `POST /messages/{id}/${action}`),
  "POST /messages/{id}/permanentdelete",
  "GET /messages/{id}/attachments",
  "POST /messages/{id}/attachments",
  "GET /messages/{id}/attachments/{id}",
  "DELETE /messages/{id}/attachments/{id}",
];

/** A collection, and each of its members read, changed and deleted. */
const crud = (list: string): string[] => [
  `GET ${list}`,
  `POST ${list}`,
  `GET ${list}/{id}`,
  `PATCH ${list}/{id}`,
  `DELETE ${list}/{id}`,
];

const under = (place: string, operations: readonly string[]) =>
  operations.map((operation) => operation.replace(" ", ` ${place}`));

/** What lies under a person's default calendar, and under each calendar. */
const ofEvents = [
  ...crud("/events"),
  ...["accept", "tentativelyaccept", "decline", "cancel", "permanentdelete"].map(
    (action) => `POST /events/{id}/${action}`,
  ),
  "GET /events/{id}/instances",
  "GET /calendarview",
  "GET /calendarview/delta",
];

/** What lies under a person's contacts, and under each folder of them. */
const ofContacts = [...crud("/contacts"), "POST /contacts/{id}/permanentdelete"];

/** What lies under a person: `/me/…` and `/users/{id}/…`. */
const ofPerson = [
  ...ofMessages,
  "POST /sendmail",
  "GET /mailfolders",
  "POST /mailfolders",
  "GET /mailfolders/{id}",
  "PATCH /mailfolders/{id}",
  "DELETE /mailfolders/{id}",
  "GET /mailfolders/{id}/childfolders",
  "POST /mailfolders/{id}/childfolders",
  "POST /mailfolders/{id}/move",
  "POST /mailfolders/{id}/copy",
  "POST /mailfolders/{id}/permanentdelete",
  ...under("/mailfolders/{id}", ofMessages),
  "GET /mailfolders/{id}/messages/delta",
  ...crud("/mailfolders/{id}/messagerules"),
  ...crud("/outlook/mastercategories"),
  "GET /mailboxsettings",
  "PATCH /mailboxsettings",
  ...[
    "timezone",
    "dateformat",
    "timeformat",
    "delegatemeetingmessagedeliveryoptions",
    "automaticrepliessetting",
    "language",
    "workinghours",
    "userpurpose",
  ].map((setting) => `GET /mailboxsettings/${setting}`),
  ...ofContacts,
  "GET /contacts/delta",
  ...crud("/contactfolders"),
  "POST /contactfolders/{id}/permanentdelete",
  ...under("/contactfolders/{id}", ofContacts),
  "GET /contactfolders/{id}/contacts/delta",
  "GET /contactfolders/{id}/childfolders",
  "POST /contactfolders/{id}/childfolders",
  ...["", "/calendar", "/calendars/{id}"].flatMap((calendar) => under(calendar, ofEvents)),
  "GET /drives",
  ...["manager", "directreports", "memberof", "transitivememberof"].map((name) => `GET /${name}`),
  "GET /photo",
  "GET /photo/$value",
  "PUT /photo/$value",
  "DELETE /photo",
  "GET /photos",
  "GET /photos/{id}",
  "GET /photos/{id}/$value",
  "GET /presence",
  "GET /planner/tasks",
  "GET /findrooms",
  ...crud("/todo/lists"),
  ...crud("/todo/lists/{id}/tasks"),
  "GET /calendar",
  "PATCH /calendar",
  ...crud("/calendars"),
];

/** What lies under a drive: `/me/drive…`, `/users/{id}/drive…` and `/drives/{id}…`. */
const ofDrive = [
  "GET ",
  "GET /delta",
  "GET /recent",
  "GET /sharedwithme",
  "GET /search(q={id})",
  ...["/root", "/root:/{id}", "/items/{id}", "/items/{id}:/{id}"].flatMap((item) => {
    const below = item.includes(":") ? `${item}:` : item;
    return [
      `GET ${item}`,
      `PATCH ${item}`,
      `DELETE ${item}`,
      `POST ${below}/copy`,
      `GET ${below}/search(q={id})`,
      `GET ${below}/children`,
      `POST ${below}/children`,
      `GET ${below}/content`,
      `PUT ${below}/content`,
      `POST ${below}/createuploadsession`,
      `GET ${below}/delta`,
    ];
  }),
];

/** Every operation of the sandbox's Graph that asks for a permission. */
export const servedOperations: readonly string[] = [
  "GET /me",
  "PATCH /me",
  "GET /users",
  "GET /users/$count",
  "GET /users/delta",
  "GET /users/{id}",
  "PATCH /users/{id}",
  "DELETE /users/{id}",
  "GET /groups",
  "GET /groups/{id}",
  ...["members", "owners", "transitivemembers"].map((name) => `GET /groups/{id}/${name}`),
  ...["/me", "/users/{id}"].flatMap((person) => under(person, ofPerson)),
  ...["/me/drive", "/users/{id}/drive", "/drives/{id}"].flatMap((drive) => under(drive, ofDrive)),
];
