import type { McpToolSize } from "../contract/mcp-tool-size.ts";
import type { Toolset } from "../contract/toolset.ts";
import { mayChange } from "./api.ts";
import { Badge, Section, Shown, Table, Title, useAsked, type TableRow } from "./parts.tsx";
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

/** "1,720 (≈ 430 tokens)": what a list of these tools costs, which is the sum of what each does. */
function sizeOf(tools: readonly McpToolSize[]): string {
  const total = tools.reduce((sum, { characters }) => sum + characters, 0);
  const tokens = Math.ceil(total / charactersOfToken);
  return `${total.toLocaleString("en")} (≈ ${tokens.toLocaleString("en")} tokens)`;
}

const Tools = () => (
  <Shown asked={useAsked<McpToolSize[]>("/mcp/tools")}>
    {(tools) => (
      <>
        <Toolsets tools={tools} />
        <Section title="Tools">
          <Table heads={["Tool", "Needs", "Characters"]} rows={tools.map(rowOf)} />
        </Section>
      </>
    )}
  </Shown>
);

const rowOf = (tool: McpToolSize): TableRow => ({
  key: tool.name,
  cells: [
    <>
      <code>{tool.name}</code>
      <small>{tool.title}</small>
    </>,
    <>
      <code>{tool.scope}</code> {tool.destructive && <Badge tone="warn">destructive</Badge>}
    </>,
    sizeOf([tool]),
  ],
});

/** What a choice of toolsets costs, beginning with that of an address that names none. */
function Toolsets({ tools }: { tools: readonly McpToolSize[] }) {
  const names = [...new Set(tools.map(({ toolset }) => toolset))];
  const choice = useSignal(tools.filter((tool) => tool.default).map(({ toolset }) => toolset));
  const isChosen = (name: Toolset) => choice.value.includes(name);
  const isUsual = tools.every((tool) => tool.default === isChosen(tool.toolset));
  const shown = tools.filter(({ toolset }) => isChosen(toolset));
  const rowOfSet = (name: Toolset): TableRow => {
    const own = tools.filter(({ toolset }) => toolset === name);
    const toggle = () => {
      choice.value = names.filter((other) => isChosen(other) !== (other === name));
    };
    return {
      key: name,
      cells: [
        <label class="tick">
          <input type="checkbox" checked={isChosen(name)} onChange={toggle} />
          <code>{name}</code>
        </label>,
        own.length,
        sizeOf(own),
      ],
    };
  };
  return (
    <Section title="Toolsets" note="characters of the list that a model reads">
      <p role="status">
        {shown.length === 0 ? (
          "Choose at least one toolset."
        ) : (
          <>
            At <code>/mcp{!isUsual && `?toolsets=${names.filter(isChosen).join(",")}`}</code> an
            agent sees {shown.length} tools: {sizeOf(shown)}.
          </>
        )}
      </p>
      <Table heads={["Toolset", "Tools", "Characters"]} rows={names.map(rowOfSet)} />
    </Section>
  );
}
