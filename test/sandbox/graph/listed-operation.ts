/**
 * The operations, most alike first, whose permissions decide about one that Microsoft's data may
 * not list: a count is a read of what it counts, a path of names an item, the root an item, a message
 * is one in any folder, an attachment a part of it, a calendar one of the list, changed by who may make
 * one, and what a person may do under `/me` that person may do under `/users/{id}`.
 *
 * @param operation method and path template: `GET /me/messages/{id}`
 */
export function alikeOperations(operation: string): string[] {
  const [method = "", path = ""] = operation.split(" ");
  const bare = path
    .replace(/\/\$(?:count|value)$/, "")
    .replace(/\/calendar\/calendarview\/delta$/, "/calendarview/delta")
    .replace(/^(\/drives\/\{id\}|.*\/drive)\/delta$/, "$1/root/delta");
  const byId = bare
    .replace(/\/root(?:$|(?=\/))/, "/items/{id}")
    .replace(/\/(?:root|items\/\{id\}):\/\{id\}:?/, "/items/{id}")
    .replace(/\/items\/\{id\}\/delta$/, "/root/delta")
    .replace(/^\/drives\/\{id\}(?=\/(?:recent|sharedwithme)$)/, "/users/{id}/drive")
    .replace(/(?:\/items\/\{id\})?\/search\(q=\{id\}\)$/, "/root/search(q={id})");
  const anyFolder = bare.replace(/\/mailfolders\/\{id\}(?=\/messages)/, "");
  const alike = anyFolder
    .replace(
      /(?<=^\/(?:me|users\/\{id\}))\/contacts\/delta$/,
      "/contactfolders/{id}/contacts/delta",
    )
    .replace(/\/replyall$/, "/reply")
    .replace(/\/mailfolders\/\{id\}\/messagerules/, "/mailfolders/inbox/messagerules")
    .replace(/\/attachments\/\{id\}$/, method === "GET" ? "/attachments" : "");
  const calendar = bare
    .replace(/\/calendars?(?:\/\{id\})?$/, "/calendars")
    .replace(/\/calendar\/(?=calendarview)/, "/");
  const paths = [path, bare, byId, anyFolder, alike, calendar];
  const ofUsers = paths.map((one) => one.replace(/^\/me(?=\/|$)/, "/users/{id}"));
  const changed = method === "PATCH" && calendar.endsWith("/calendars");
  return [...new Set([...paths, ...ofUsers])].map((one) => `${changed ? "POST" : method} ${one}`);
}
