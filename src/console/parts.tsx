import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { ask, type Answer, type Problem } from "./api.ts";
import { signal, useSignal } from "./signal.ts";
import { exactText, spanText, type Tone } from "./words.ts";

/** What several pages are made of. */

/** Milliseconds since the epoch; the page's times follow it. */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 1_000);

export const Badge = ({ tone, children }: { tone: Tone; children: ComponentChildren }) => (
  <span class={`badge ${tone}`}>{children}</span>
);

/** How far a time is away; the exact one is its tooltip. */
export const Time = ({ at, none = "never" }: { at: string | null | undefined; none?: string }) =>
  at ? (
    <time dateTime={at} title={exactText(at)}>
      {spanText(Date.parse(at) - now.value)}
    </time>
  ) : (
    <>{none}</>
  );

export const Loading = () => (
  <p class="loading" role="status">
    Loading…
  </p>
);

export const Failed = ({ problem, again }: { problem: Problem; again?: () => void }) => (
  <div class="note bad" role="alert">
    <p>{problem.message}</p>
    {problem.requestId && <p class="dim">Reference: {problem.requestId}</p>}
    {again && <button onClick={again}>Try again</button>}
  </div>
);

/**
 * What was asked for. Until it is there, and where it is not to be had, that is said instead.
 *
 * @param none what is said of a list that is empty
 */
export function Shown<Data>({
  asked: { answer, again },
  none,
  children,
}: {
  asked: Asked<Data>;
  none?: ComponentChildren;
  children: (data: Data, cursor: string | undefined) => ComponentChildren;
}) {
  if (!answer) return <Loading />;
  if (!answer.ok) return <Failed problem={answer.problem} again={again} />;
  const { data, cursor } = answer;
  if (none && Array.isArray(data) && data.length === 0) return <Empty>{none}</Empty>;
  return <>{children(data, cursor)}</>;
}

export const Empty = ({ children }: { children: ComponentChildren }) => (
  <p class="empty">{children}</p>
);

/** Scopes, which may be addresses: these break behind a slash, and no word breaks. */
export const Scopes = ({ of: scopes }: { of: readonly string[] }) => (
  <ul class="chips">
    {scopes.map((scope) => (
      <li key={scope}>
        <Scope name={scope} />
      </li>
    ))}
  </ul>
);

export const Scope = ({ name }: { name: string }) => (
  <code>
    {name.split(/(?<=\/)(?!\/)/).map((part) => (
      <>
        {part}
        <wbr />
      </>
    ))}
  </code>
);

/** A row of a table: what it is about, then a cell for each further head. */
export interface TableRow {
  key: string;
  tone?: Tone;
  cells: readonly [ComponentChildren, ...ComponentChildren[]];
}

/** On a narrow screen each row is a card, whose cells say what they are. */
export const Table = ({
  heads,
  rows,
  list,
}: {
  /** Cells beyond them are left out. */
  heads: readonly string[];
  rows: readonly TableRow[];
  /** It stands on the page itself, and in no section. */
  list?: boolean;
}) => (
  <table class={list ? "list" : ""}>
    <thead>
      <tr>
        {heads.map((head) => (
          <th key={head} scope="col">
            {head}
          </th>
        ))}
      </tr>
    </thead>
    <tbody>
      {rows.map(({ key, tone, cells: [first, ...others] }) => (
        <tr key={key} class={tone}>
          <th scope="row">{first}</th>
          {others.slice(0, heads.length - 1).map((cell, index) => (
            <td key={heads[index + 1]} data-of={heads[index + 1]}>
              {cell}
            </td>
          ))}
        </tr>
      ))}
    </tbody>
  </table>
);

/** The heading of a page. It takes the keyboard, so that who cannot see the page is told where they are. */
export function Title({ children, text }: { children?: ComponentChildren; text: string }) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${text} · Console`;
  }, [text]);
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  return (
    <div class="title">
      <h1 ref={heading} tabIndex={-1}>
        {text}
      </h1>
      {children}
    </div>
  );
}

export const Section = ({
  title,
  note,
  children,
}: {
  title: string;
  note?: ComponentChildren;
  children: ComponentChildren;
}) => (
  <section aria-label={title}>
    <h2>
      {title} {note && <small>{note}</small>}
    </h2>
    {children}
  </section>
);

export interface Asked<Data> {
  /** Undefined until the first answer. */
  answer: Answer<Data> | undefined;
  /** Whether the answer is still that of another path. */
  stale: boolean;
  again: () => void;
}

/**
 * What a path answers. While it is asked again, what it answered before is still shown.
 *
 * @param every milliseconds after which it is asked again, while the page is seen
 */
export function useAsked<Data>(path: string, every?: number): Asked<Data> {
  const answer = useSignal<{ path: string; answer: Answer<Data> } | undefined>(undefined);
  const round = useSignal(0);
  useEffect(() => {
    const stop = new AbortController();
    const load = async () => {
      const came = await ask<Data>(path, { signal: stop.signal });
      if (!stop.signal.aborted) answer.value = { path, answer: came };
    };
    void load();
    const timer = every && setInterval(() => document.hidden || void load(), every);
    return () => {
      stop.abort();
      if (timer) clearInterval(timer);
    };
  }, [path, every, round.value]);
  return {
    answer: answer.value?.answer,
    stale: answer.value?.path !== path,
    again: () => (round.value += 1),
  };
}

/** Something that is changed by a button, and how it went. */
export function useWork() {
  const busy = useSignal(false);
  const problem = useSignal<Problem | undefined>(undefined);
  const run = async <Data,>(work: Promise<Answer<Data>>): Promise<Data | undefined> => {
    busy.value = true;
    const answer = await work;
    busy.value = false;
    problem.value = answer.ok ? undefined : answer.problem;
    return answer.ok ? answer.data : undefined;
  };
  return { busy, problem, run };
}

/** Asks before something that cannot be undone. The browser's own dialog keeps the keyboard in it. */
export function Confirm(props: {
  title: string;
  action: string;
  close: () => void;
  confirmed: () => void;
  children: ComponentChildren;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} onClose={props.close} aria-labelledby="confirm">
      <h2 id="confirm">{props.title}</h2>
      {props.children}
      <div class="actions">
        <button autofocus onClick={() => dialog.current?.close()}>
          Cancel
        </button>
        <button
          class="danger"
          onClick={() => {
            props.confirmed();
            dialog.current?.close();
          }}
        >
          {props.action}
        </button>
      </div>
    </dialog>
  );
}

/** A text that is copied by its button. */
export function Copy({ text, label }: { text: string; label: string }) {
  const done = useSignal(false);
  const copy = async () => {
    await navigator.clipboard.writeText(text);
    done.value = true;
  };
  return (
    <button onClick={() => void copy()} aria-live="polite">
      {done.value ? "Copied" : label}
    </button>
  );
}
