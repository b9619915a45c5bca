import { useEffect, useReducer, useRef } from "preact/hooks";

/** A value that is read and set as `value`; what shows it is drawn anew when it is set to another. */
export interface Signal<Value> {
  value: Value;
}

const listeners = new Set<() => void>();

function cell<Value>(first: Value, changed: () => void): Signal<Value> {
  let current = first;
  return {
    get value() {
      return current;
    },
    set value(next) {
      if (next === current) return;
      current = next;
      changed();
    },
  };
}

/** A value of the whole page: who is signed in, the address, the time. */
export const signal = <Value>(first: Value): Signal<Value> =>
  cell(first, () => {
    for (const listener of listeners) listener();
  });

const count = (times: number): number => times + 1;

/** A value of one component. */
export function useSignal<Value>(first: Value): Signal<Value> {
  const [, draw] = useReducer(count, 0);
  const own = useRef<Signal<Value> | undefined>(undefined);
  return (own.current ??= cell(first, () => draw(undefined)));
}

/** Draws the component, and all below it, whenever a value of the whole page changes. */
export function useSignals(): void {
  const [, draw] = useReducer(count, 0);
  useEffect(() => {
    const listener = () => draw(undefined);
    listeners.add(listener);
    // What was set before this was drawn for the first time.
    listener();
    return () => void listeners.delete(listener);
  }, []);
}
