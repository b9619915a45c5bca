import type { SandboxUser } from "../../world.ts";
import { stableBytes } from "../seed.ts";

/** A file (with text or a size in bytes) or, without either, a folder. Parents come first. */
export interface SeedEntry {
  path: readonly string[];
  text?: string;
  size?: number;
}

const ada: readonly SeedEntry[] = [
  { path: ["Documents"] },
  { path: ["Documents", "Notes.txt"], text: "The engine weaves algebraical patterns.\n" },
  { path: ["Documents", "Reports"] },
  { path: ["Documents", "Reports", "2025 Überblick.csv"], text: "year,value\r\n2025,42\r\n" },
  { path: ["Documents", "Reports", "Empty.txt"], text: "" },
  { path: ["Pictures"] },
  { path: ["Pictures", "Engine.png"], size: 4096 },
  { path: ["Large.bin"], size: 1_000_000 },
  { path: ["Welcome.html"], text: "<!doctype html><title>Welcome</title><p>Hello, Ada." },
];

const others: readonly SeedEntry[] = [
  { path: ["Documents"] },
  { path: ["Documents", "Notes.txt"], text: "Nanoseconds.\n" },
];

export function seedEntries(user: SandboxUser): readonly SeedEntry[] {
  return user.upn === "ada@contoso.example" ? ada : others;
}

/** The bytes of a seeded file: its text, or noise of its size; undefined for a folder. */
export function seedBytes(entry: SeedEntry): Uint8Array | undefined {
  if (entry.text !== undefined) return new TextEncoder().encode(entry.text);
  if (entry.size === undefined) return undefined;
  return new Uint8Array(Buffer.alloc(entry.size, stableBytes("file", ...entry.path)));
}
