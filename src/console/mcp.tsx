import type { McpToolSize } from "../contract/mcp-tool-size.ts";
import { mayChange } from "./api.ts";
import { Badge, Failed, Loading, Section, Table, Title, useAsked } from "./parts.tsx";
import { McpClients } from "./mcp-clients.tsx";
import { address, go, withQuery } from "./router.ts";
import { useSignal } from "./signal.ts";

/** What agents can do here, what that costs them, and which act for a user. */
export function Mcp() {
  return (
    <>
      <Title text="Agents" />
      {mayChange() && <Clients />}
      <Tools />
    </>
  );
}

/** Agents belong to a user: whose is asked first. */
function Clients() {
  const asked = address.value.searchParams.get("user_id") ?? "";
  const user = useSignal(asked);
  const show = (event: Event) => {
    event.preventDefault();
    go(withQuery({ user_id: user.value.trim() }), true);
  };
  return (
    <>
      <form class="filters" role="search" onSubmit={show}>
        <label class="wide">
          User
          <input
            type="search"
            placeholder="The id by which you connected them"
            maxLength={128}
            value={user.value}
            onInput={({ currentTarget }) => (user.value = currentTarget.value)}
          />
        </label>
        <button>Show their agents</button>
      </form>
      {asked && <McpClients key={asked} userId={asked} />}
    </>
  );
}

/** Characters of a list of tools that a model reads as one token, on the average. */
const charactersOfToken = 4;

const size = (characters: number): string => {
  const tokens = Math.ceil(characters / charactersOfToken);
  return `${characters.toLocaleString("en")} (≈ ${tokens.toLocaleString("en")} tokens)`;
};

function Tools() {
  const { answer, again } = useAsked<McpToolSize[]>("/mcp/tools");
  if (!answer) return <Loading />;
  if (!answer.ok) return <Failed problem={answer.problem} again={again} />;
  const sum = (tools: readonly McpToolSize[]) =>
    tools.reduce((total, { characters }) => total + characters, 0);
  const names = [...new Set(answer.data.map(({ toolset }) => toolset))];
  const sets = names.map(
    (name) => [name, answer.data.filter(({ toolset }) => toolset === name)] as const,
  );
  const usual = answer.data.filter((tool) => tool.default);
  return (
    <>
      <Section title="Toolsets" note="characters of the list that a model reads">
        <p class="dim">
          Unless the address says <code>?toolsets=</code>, an agent sees {usual.length} tools:{" "}
          {size(sum(usual))}.
        </p>
        <Table
          heads={["Toolset", "Tools", "Characters", "Shown"]}
          rows={sets.map(([name, tools]) => ({
            key: name,
            cells: [
              <code>{name}</code>,
              tools.length,
              size(sum(tools)),
              tools.every((tool) => tool.default)
                ? "unless others are asked for"
                : "when asked for",
            ],
          }))}
        />
      </Section>
      <Section title="Tools">
        <Table
          heads={["Tool", "Needs", "Characters"]}
          rows={answer.data.map((tool) => ({
            key: tool.name,
            cells: [
              <>
                <code>{tool.name}</code>
                <small>{tool.title}</small>
              </>,
              <>
                <code>{tool.scope}</code>{" "}
                {tool.destructive && <Badge tone="warn">destructive</Badge>}
              </>,
              size(tool.characters),
            ],
          }))}
        />
      </Section>
    </>
  );
}
