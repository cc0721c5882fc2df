// Loaded before a program of docs/clients.md: says what it raised, as a caller's own `catch` would see it.
// A pause of a minute, as `Retry-After: 60` asks for, is only noted. A client's own timeouts are longer.
const MINUTE = 60_000;
const waited = [];
const setTimeoutAsItIs = globalThis.setTimeout;
globalThis.setTimeout = (act, milliseconds, ...others) => {
  if (milliseconds !== MINUTE) return setTimeoutAsItIs(act, milliseconds, ...others);
  waited.push(milliseconds / 1000);
  return setTimeoutAsItIs(act, 0, ...others);
};

process.on("uncaughtException", (error) => {
  // The AI SDK wraps the last of its attempts.
  const last = error.lastError ?? error;
  const code = last.code ?? last.error?.code ?? last.error?.error?.code ?? last.data?.error?.code ?? null;
  console.log(JSON.stringify({ raised: error.constructor.name, said: error.message, code, waited }));
  process.exit(0);
});
