import { type Answer, deletedSecretNotFound, ok } from "./answer.ts";
import { presentDeleted, presentUpdated } from "./present-secret.ts";
import { type DeletedSecret, versionOf } from "./secret-store.ts";
import { answerList, type Call, type Operation } from "./secrets.ts";

function withDeleted(call: Call, answer: (secret: DeletedSecret) => Answer): Answer {
  const [name = ""] = call.rest;
  const secret = call.vault.secrets.getDeleted(name);
  return secret ? answer(secret) : deletedSecretNotFound(name);
}

function present(call: Call, secret: DeletedSecret) {
  const version = versionOf(secret);
  return version ? [presentDeleted(call.vault, secret, version)] : [];
}

const listDeleted = (call: Call): Answer =>
  answerList(
    call,
    call.vault.secrets.listDeleted().flatMap((secret) => present(call, secret)),
  );

const getDeleted = (call: Call): Answer =>
  withDeleted(call, (secret) => ok(present(call, secret)[0]));

const recoverDeleted = (call: Call): Answer =>
  withDeleted(call, (deleted) => {
    const secret = call.vault.secrets.recover(deleted);
    const version = versionOf(secret);
    return version
      ? ok(presentUpdated(call.vault, secret, version))
      : deletedSecretNotFound(deleted.name);
  });

const purgeDeleted = (call: Call): Answer =>
  withDeleted(call, (secret) => {
    call.vault.secrets.purge(secret);
    return { status: 204 };
  });

/** The operation a path below `/deletedsecrets` and a method name; undefined for none. */
export function deletedSecretOperation(
  method: string,
  rest: readonly string[],
): Operation | undefined {
  switch (`${method} ${rest.length}`) {
    case "GET 0":
      return { action: "list", run: listDeleted };
    case "GET 1":
      return { action: "get", run: getDeleted };
    case "DELETE 1":
      return { action: "purge", run: purgeDeleted };
    case "POST 2":
      return rest[1]?.toLowerCase() === "recover"
        ? { action: "recover", run: recoverDeleted }
        : undefined;
    default:
      return undefined;
  }
}
