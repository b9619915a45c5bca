/**
 * Preloaded into wrangler: when the program that started it is gone, however it ended, wrangler and
 * its Workers end too, and their ports and databases are free.
 */
const starter = process.ppid;
setInterval(() => {
  if (process.ppid !== starter) process.kill(process.pid, "SIGTERM");
}, 500).unref();
