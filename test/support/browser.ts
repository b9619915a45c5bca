import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser } from "playwright-core";

/** A closed network would refuse, many at a time, what a browser asks for on its own account. */
const quiet = [
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-gpu",
  "--disable-quic",
  "--disable-sync",
  "--no-first-run",
];

/** As root, and in most containers, Chromium cannot build its own sandbox. */
const unconfined = ["--no-sandbox", "--no-zygote"];

/**
 * Unpacks the browser that comes by npm for Linux. It goes where `os.tmpdir` says, and a file of
 * its name is taken for whole: so that two test runs do not meet, each has a folder of its own.
 */
async function unpackChromium(folder: string): Promise<string> {
  const { default: packed } = await import("@sparticuz/chromium");
  const before = process.env["TMPDIR"];
  process.env["TMPDIR"] = folder;
  try {
    return await packed.executablePath();
  } finally {
    if (before === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = before;
  }
}

/**
 * A headless browser: `CHROME_PATH`, or npm's on Linux, or the Chrome that is installed.
 *
 * @param popups false: pages get no window that they open. Default true
 */
export async function startBrowser({ popups = true } = {}): Promise<{
  browser: Browser;
  close(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), "azure-browser-"));
  const path = process.env["CHROME_PATH"];
  const npms = process.platform === "linux" && process.arch === "x64";
  const found = path ?? (npms ? await unpackChromium(folder) : undefined);
  const browser = await chromium.launch({
    ...(found === undefined ? { channel: "chrome" } : { executablePath: found }),
    args: [
      ...quiet,
      ...(process.platform === "linux" ? unconfined : []),
      ...(popups ? [] : ["--block-new-web-contents"]),
    ],
    timeout: 60_000,
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
