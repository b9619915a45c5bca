import { Hono } from "hono";
import { empty, json } from "../answer.ts";
import { versionRoot } from "../environment.ts";
import type { GraphContext, GraphEnvironment, GraphRoutes } from "../environment.ts";
import { GraphError } from "../graph-error.ts";
import { badRequest } from "../query.ts";
import { entityOptions } from "../query-options.ts";
import type { GraphState } from "../state.ts";
import { readPhoto, viewPhoto } from "./photo.ts";
import type { Photo } from "./photo.ts";
import { somebody } from "./somebody.ts";

/** The longest that a photo may be. */
const PHOTO_LIMIT = 4 * 1024 * 1024;

const noPhoto = () =>
  new GraphError(
    404,
    "ImageNotFound",
    "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.",
  );

/** Somebody's photo. Throws ImageNotFound (404) where there is none, or none of the size. */
function photoOf(c: GraphContext, state: GraphState): { photo: Photo; userId: string } {
  const { directory, user } = somebody(c, state);
  entityOptions(c);
  const photo = directory.photos.get(user.id);
  const size = c.req.param("size");
  if (photo === undefined) throw noPhoto();
  if (size !== undefined && size.toLowerCase() !== `${photo.width}x${photo.height}`)
    throw noPhoto();
  return { photo, userId: user.id };
}

function answerPhoto(c: GraphContext, state: GraphState): Response {
  const { photo, userId } = photoOf(c, state);
  return json(c, {
    "@odata.context": `${versionRoot(c)}/$metadata#users('${userId}')/photo/$entity`,
    ...viewPhoto(photo, userId),
  });
}

function answerBytes(c: GraphContext, state: GraphState): Response {
  const { photo, userId } = photoOf(c, state);
  return c.newResponse(new Uint8Array(photo.bytes), 200, {
    "content-type": photo.type,
    etag: viewPhoto(photo, userId)["@odata.mediaEtag"],
  });
}

async function putPhoto(c: GraphContext, state: GraphState): Promise<Response> {
  const { directory, user } = somebody(c, state);
  entityOptions(c);
  const bytes = new Uint8Array(await c.req.arrayBuffer());
  if (bytes.length > PHOTO_LIMIT)
    throw new GraphError(413, "RequestEntityTooLarge", "The photo is larger than 4 MB.");
  const photo = readPhoto(bytes);
  if (photo === undefined) throw badRequest("The body is no JPEG or PNG.", "ErrorInvalidImage");
  directory.photos.set(user.id, photo);
  return empty(c, 200);
}

/** photo of a user, its bytes, and the sizes that there are: the one that was put. */
export function photoRoutes(state: GraphState): GraphRoutes {
  return new Hono<GraphEnvironment>()
    .get("/photo", (c) => answerPhoto(c, state))
    .get("/photo/$value", (c) => answerBytes(c, state))
    .put("/photo/$value", (c) => putPhoto(c, state))
    .delete("/photo", (c) => {
      const { directory, user } = somebody(c, state);
      entityOptions(c);
      directory.photos.delete(user.id);
      return empty(c, 204);
    })
    .get("/photos", (c) => {
      const { directory, user } = somebody(c, state);
      entityOptions(c);
      const photo = directory.photos.get(user.id);
      return json(c, {
        "@odata.context": `${versionRoot(c)}/$metadata#users('${user.id}')/photos`,
        value: photo === undefined ? [] : [viewPhoto(photo, user.id)],
      });
    })
    .get("/photos/:size", (c) => answerPhoto(c, state))
    .get("/photos/:size/$value", (c) => answerBytes(c, state));
}
