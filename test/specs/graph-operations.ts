/** What lies under a person: `/me/…` and `/users/{id}/…`. */
const ofPerson = [
  "GET /messages",
  "POST /messages",
  "GET /messages/$count",
  "GET /messages/{id}",
  "PATCH /messages/{id}",
  "DELETE /messages/{id}",
  "POST /sendmail",
  "GET /mailfolders",
  "GET /mailfolders/{id}",
  "GET /mailfolders/{id}/messages",
  "GET /mailfolders/{id}/messages/$count",
  "GET /mailfolders/{id}/messages/delta",
  "GET /contacts",
  "GET /contactfolders",
  "GET /contactfolders/{id}/contacts",
  "GET /events",
  "POST /events",
  "GET /events/{id}",
  "DELETE /events/{id}",
  "GET /calendar/events",
  "POST /calendar/events",
  "GET /calendar/events/{id}",
  "DELETE /calendar/events/{id}",
  "GET /calendarview",
  "GET /calendarview/delta",
  "GET /calendar/calendarview",
  "GET /calendar/calendarview/delta",
];

/** What lies under a drive: `/me/drive…`, `/users/{id}/drive…` and `/drives/{id}…`. */
const ofDrive = [
  "GET ",
  "GET /delta",
  ...["/root", "/root:/{id}", "/items/{id}", "/items/{id}:/{id}"].flatMap((item) => {
    const below = item.includes(":") ? `${item}:` : item;
    return [
      `GET ${item}`,
      `DELETE ${item}`,
      `GET ${below}/children`,
      `POST ${below}/children`,
      `GET ${below}/content`,
      `PUT ${below}/content`,
      `POST ${below}/createuploadsession`,
      `GET ${below}/delta`,
    ];
  }),
];

const under = (place: string, operations: readonly string[]) =>
  operations.map((operation) => operation.replace(" ", ` ${place}`));

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
  ...["/me", "/users/{id}"].flatMap((person) => under(person, ofPerson)),
  ...["/me/drive", "/users/{id}/drive", "/drives/{id}"].flatMap((drive) => under(drive, ofDrive)),
];
