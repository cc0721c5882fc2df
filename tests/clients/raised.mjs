// Loaded before a program of docs/clients.md: says what it raised, as a caller's own `catch` would see it.
process.on("uncaughtException", (error) => {
  // The AI SDK wraps the last of its attempts.
  const last = error.lastError ?? error;
  const code = last.code ?? last.error?.code ?? last.error?.error?.code ?? last.data?.error?.code ?? null;
  console.log(JSON.stringify({ raised: error.constructor.name, said: error.message, code }));
  process.exit(0);
});
