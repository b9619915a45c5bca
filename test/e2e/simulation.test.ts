import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect, test } from "vitest";

const run = promisify(execFile);
const program = new URL("../simulation/run.ts", import.meta.url).pathname;

test("10,000 random schedules of a connection hold, whatever happens in them", async () => {
  const runs = process.env["SIMULATION_RUNS"] ?? "10000";
  const seed = process.env["SIMULATION_SEED"] ?? "1";
  const told = await run(process.execPath, [program, "--runs", runs, "--seed", seed]).catch(
    (error: { stdout: string }) => error,
  );
  expect(told.stdout).toMatch(new RegExp(`^simulate: ${runs} schedules from seed ${seed} on`));
}, 1_200_000);

test.each(["tenants", "watches"])(
  "2,000 random schedules of %s hold",
  async (of) => {
    const seed = process.env["SIMULATION_SEED"] ?? "1";
    const settings = [program, `--${of}`, "--runs", "2000", "--seed", seed];
    const told = await run(process.execPath, settings).catch((error: { stdout: string }) => error);
    expect(told.stdout).toMatch(
      new RegExp(`^simulate: 2000 schedules of ${of} from seed ${seed} on`),
    );
  },
  600_000,
);
