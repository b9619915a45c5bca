import type { Caller, World } from "../world.ts";
import { Directory } from "./directory/directory.ts";

/** Everything Graph remembers; made on first use, gone at a reset. */
export class GraphState {
  readonly world: World;
  readonly #directories = new Map<string, Directory>();
  #epoch: string;

  constructor(world: World) {
    this.world = world;
    this.#epoch = world.guid();
    world.onReset(() => {
      this.#epoch = world.guid();
      this.#directories.clear();
    });
  }

  /** Changes at every reset, so that tokens issued before it are known to be old. */
  get epoch(): string {
    return this.#epoch;
  }

  directory(tenantId: string): Directory {
    const known = this.#directories.get(tenantId);
    if (known !== undefined) return known;
    const fresh = new Directory(tenantId, this.world.users);
    this.#directories.set(tenantId, fresh);
    return fresh;
  }

  /** The caller's id in the directory, which is not the token's oid for a personal account. */
  graphIdOf(caller: Caller): string {
    return caller.objectId.startsWith("00000000-0000-0000-")
      ? caller.objectId.slice(19).replaceAll("-", "")
      : caller.objectId;
  }
}

const states = new WeakMap<World, GraphState>();

/** The state that Graph and its storage hosts share in one world. */
export function stateOf(world: World): GraphState {
  const known = states.get(world);
  if (known !== undefined) return known;
  const fresh = new GraphState(world);
  states.set(world, fresh);
  return fresh;
}
