import { channelOf, readReturn, received, withoutFlow } from "./connect-return.ts";
import { type BrowserPage, thisPage } from "./page.ts";

/** What became of a visit of the return page. */
export type FinishedConnect =
  /** The page that waited has got it, and this window closes where the browser lets it. */
  | "delivered"
  /** No page waits any more, or not in this browser: nothing is connected. */
  | "nobody_waits"
  /** No sign-in of `connectInPopup` led here. */
  | "not_returned";

/** Milliseconds within which a page that waits has answered, even from the background. */
const patience = 3_000;

/**
 * To be called by the page at `returnUrl` as it loads. Gives what Microsoft answered to the page that
 * called `connectInPopup`, and takes it out of the address. A flow is taken out whoever began it.
 *
 * @returns what to say to the person, should the window stay open
 */
export async function finishConnect(page: BrowserPage = thisPage): Promise<FinishedConnect> {
  const returned = readReturn(page.href);
  if (returned === undefined) {
    const rest = withoutFlow(page.href);
    if (rest !== undefined) page.replaceAddress(rest);
    return "not_returned";
  }
  page.replaceAddress(returned.rest);
  const channel = page.channel(channelOf(returned.attempt));
  try {
    const answered = new Promise<"delivered">((resolve) => {
      channel.listen((message) => {
        if (message === received) resolve("delivered");
      });
    });
    channel.send(returned.message);
    const late = page.sleep(patience).then(() => "nobody_waits" as const);
    const outcome = await Promise.race([answered, late]);
    if (outcome === "delivered") page.close();
    return outcome;
  } finally {
    channel.close();
  }
}
