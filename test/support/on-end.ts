const signals = ["SIGTERM", "SIGINT"] as const;

/**
 * Runs `clean` when this test process ends without having come to it: when a hook runs out of time
 * the runner ends the process by a signal, and programs it started would live on.
 * @returns forgets about it
 */
export function onEnd(clean: () => void): () => void {
  const cleanAndEnd = () => {
    clean();
    process.exit(1);
  };
  process.once("exit", clean);
  for (const signal of signals) process.once(signal, cleanAndEnd);
  return () => {
    process.off("exit", clean);
    for (const signal of signals) process.off(signal, cleanAndEnd);
  };
}
