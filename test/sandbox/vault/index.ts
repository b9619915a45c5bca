import { Hono } from "hono";
import type { Service, World } from "../world.ts";

export function createVault(_world: World): Service {
  return new Hono();
}
