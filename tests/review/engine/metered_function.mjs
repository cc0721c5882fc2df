// Runs arrivals through the packaged function's own Meter and Store, one line of JSON each: what each caller was told.
// Time is simulated, and the table does every call at once, as the review's engine assumes.

import { createInterface } from "node:readline";

const [, , folder, model] = process.argv;
const { Answers } = await import(`${folder}/answers.mjs`);
const { Meter } = await import(`${folder}/meter.mjs`);
const { MemoryTable } = await import(`${folder}/memory_table.mjs`);
const { priceOf } = await import(`${folder}/prices.mjs`);
const { Store } = await import(`${folder}/store.mjs`);
const { Table } = await import(`${model}/table.mjs`);

const quiet = () => new Promise((resolve) => setImmediate(resolve));
const SHAPE = { error: { message: "Slow down.", type: "rate_limit_error", code: "x" } };

// As many bytes as the estimate is to have tokens, three for each, with the names that stand in it.
function bodyOf({ model, bytes, cap }) {
  const body = { ...(model === null ? {} : { model }), ...(cap === null ? {} : { max_tokens: cap }), p: "" };
  const said = Object.entries(body).reduce((sum, [name, value]) => sum + name.length + (value.length ?? String(value).length), 0);
  return JSON.stringify({ ...body, p: "x".repeat(Math.max(0, bytes - said)) });
}

async function run({ limits, plans, weights, defaultOutput, prices, requests }) {
  let now = 0;
  const timeline = requests.map((request, id) => ({ at: request.at, first: 1, go: () => serve(request, id) }));
  const told = [];
  const lines = [];
  const table = new Table();
  const configuration = {
    limits,
    plans: new Map(Object.entries(plans)),
    counting: { weights, default_max_tokens: defaultOutput, image_tokens: 0 },
    backend: {},
    timeoutMilliseconds: 900_000,
  };
  let serving;
  const meter = new Meter({
    configuration,
    store: new Store({ table: "t", leaseSeconds: 905, clock: () => now, send: async (input) => table.update(input) }),
    spare: new MemoryTable(),
    answers: new Answers({ errorShape: SHAPE, rateLimitHeaders: {}, responseHeaders: {} }),
    backend(_, sent) {
      const { lasts, usage } = serving;
      return new Promise((resolve) => {
        const answer = { status: 200, headers: {}, body: [], usage };
        timeline.push({ at: now + lasts, first: 0, go: () => resolve(answer) });
      });
    },
    priceOf: (name) => priceOf(name, prices),
    record: (values, about) => lines.push({ values, about }),
    streams: false,
    clock: () => now,
  });

  async function serve(request, id) {
    serving = request;
    // One draw decides the shard and the jitter, as in the engine.
    Math.random = () => request.chance;
    const event = {
      httpMethod: request.method ?? "POST",
      path: request.path ?? "/v1/chat/completions",
      body: bodyOf(request),
      requestContext: { requestId: String(id), identity: { apiKeyId: request.key ?? undefined, sourceIp: request.ip } },
    };
    let begun;
    let body = "";
    await meter.serve(event, {}, {
      begin: async (status, headers) => void (begun = { status, headers }),
      write: async (bytes) => ((body += bytes), true),
      end: async () => {},
    });
    told[id] = { status: begun.status, wait: begun.headers["Retry-After"], again: begun.headers["x-should-retry"], body };
  }

  while (timeline.length) {
    // Of one moment those that end before those that begin, as the engine settles before it admits.
    timeline.sort((one, other) => one.at - other.at || one.first - other.first);
    const { at, go } = timeline.shift();
    now = at;
    go();
    await quiet();
    await quiet();
  }
  return { told, lines, writes: meter.store.writes };
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
