import type { Page } from "playwright-core";

/**
 * Follows the pages back to an agent's client, as a person who chooses an account of Microsoft's and
 * allows what is asked.
 *
 * @param page where the authorization server sent its person
 * @param account the name that the sandbox's account goes by
 * @returns the text of the page that asks for the agent
 */
export async function allowAgent(page: Page, account: string): Promise<string> {
  const button = (name: string) => page.getByRole("button", { name });
  await button(account).click();
  const [accept, allow] = [button("Accept"), button("Allow")];
  await accept.or(allow).first().waitFor();
  if (await accept.isVisible()) await accept.click();
  await allow.waitFor();
  const shown = (await page.textContent("main")) ?? "";
  await allow.click();
  await page.getByText("You can close this page.").waitFor();
  return shown;
}
