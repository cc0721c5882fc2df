// Runs schedules of requests through the function's own store, one line of JSON each: what was admitted, when, and what
// the table holds at the end. Time is simulated; which of the open calls the table does next is the schedule's choice.

import { createInterface } from "node:readline";

import { Table } from "./table.mjs";

const folder = process.argv[2];
const { Store, Unavailable } = await import(`${folder}/store.mjs`);
const { costOf, placed, remaining, secondsUntil } = await import(`${folder}/limits.mjs`);

const quiet = () => new Promise((resolve) => setImmediate(resolve));

async function run({ limits, requests, skews, choices, faults, start, leaseSeconds = 60 }) {
  const table = new Table();
  let now = start;
  const calls = [];
  let asked = 0;
  let steps = 0;
  let named = 0;
  const done = [];
  const stores = skews.map(
    (skew) =>
      new Store({
        table: "t",
        leaseSeconds,
        clock: () => now + skew,
        // Few marks, so that they are overwritten often.
        token: () => String.fromCodePoint(97 + (named % 3)) + named++,
        send: (input) => new Promise((resolve, reject) => calls.push({ input, resolve, reject, fault: faults[asked++] ?? "none" })),
      }),
  );
  const lost = () => Object.assign(new Error("time-out"), { name: "TimeoutError" });

  // What a time-out means: the write may be done, never be done, or be done later.
  const perform = ({ input, resolve, reject, fault }) => {
    if (fault === "refused") return reject(Object.assign(new Error("no"), { name: "AccessDeniedException" }));
    if (fault === "throttled") {
      const error = { name: "ThrottlingException", $metadata: { httpStatusCode: 400 } };
      return reject(Object.assign(new Error("slower"), error));
    }
    if (fault === "dropped") return reject(lost());
    if (fault === "late") {
      calls.push({ input, resolve() {}, reject() {}, fault: "none" });
      return reject(lost());
    }
    let answer;
    try {
      answer = table.update(input);
    } catch (error) {
      return fault === "lost" ? reject(lost()) : reject(error);
    }
    if (fault === "lost") reject(lost());
    else resolve(answer);
  };

  // Timed events: a request arrives, or its model has answered.
  const timeline = requests.map((request, id) => ({ at: start + request.at, go: () => serve(request, id) }));
  async function serve(request, id) {
    const store = stores[request.function % stores.length];
    const need = { tokens: request.tokens, nanoUsd: request.tokens };
    const used = { tokens: request.used, nanoUsd: request.used };
    const entry = { id, began: steps++, tokens: request.tokens, used: request.used };
    done.push(entry);
    try {
      const outcome = await store.reserve("all", (at) => placed(limits, at, need));
      entry.decided = steps++;
      entry.time = now;
      // The clock that the decision was made by, which is that of the function.
      entry.at = outcome.at;
      entry.refused = (outcome.refusedBy ?? []).map(({ kind }) => kind);
      if (entry.refused.length) {
        entry.wait = secondsUntil(outcome.refusedBy, outcome.at);
        return;
      }
      const { reservation } = outcome;
      // Nothing to settle where every limit only observes, and would have refused.
      entry.remaining = [];
      if (reservation === undefined) return;
      entry.remaining = reservation.writes.map(({ limit }) => remaining(limit, reservation.item[limit.attribute], outcome.at).left);
      entry.crashed = request.crashes === true;
      if (entry.crashed) return;
      timeline.push({
        at: now + request.lasts,
        go: async () => {
          entry.settling = steps++;
          entry.settled = await store.settle(reservation, ({ limit, kind }) => costOf(limit, kind, used));
          entry.finished = steps++;
        },
      });
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      entry.decided = steps++;
      entry.unavailable = true;
    }
  }

  let chosen = 0;
  while (timeline.length || calls.length) {
    await quiet();
    timeline.sort((one, other) => one.at - other.at);
    const choice = choices.length ? choices[chosen++ % choices.length] : 0;
    // Time passes only if the schedule says so, or if nothing else is left to do.
    if (calls.length && (timeline.length === 0 || choice % 4 !== 0)) {
      perform(calls.splice(choice % calls.length, 1)[0]);
    } else if (timeline.length) {
      const { at, go } = timeline.shift();
      now = Math.max(now, at);
      go();
    }
    await quiet();
  }
  const item = table.items.get("all") ?? {};
  const writes = stores.reduce((sum, store) => sum + store.writes, 0);
  return { done, item: Object.fromEntries(Object.entries(item).map(([name, { N, S }]) => [name, N ?? S])), writes };
}

for await (const line of createInterface({ input: process.stdin })) {
  let answer;
  try {
    answer = await run(JSON.parse(line));
  } catch (error) {
    answer = { error: error.stack };
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
