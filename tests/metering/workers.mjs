// Workers of one caller, each a function of its own with its own clock skew and connection, against a real table.
// Prints one line of JSON: what was admitted, when, and how many writes that took.

const [folder, endpoint, table, count, each, limits, skew] = process.argv.slice(2);
const { DynamoDBClient, UpdateItemCommand } = await import(`${folder}/node_modules/@aws-sdk/client-dynamodb/dist-cjs/index.js`);
const { Store, Unavailable } = await import(`${folder}/store.mjs`);
const { costOf, placed } = await import(`${folder}/limits.mjs`);

const need = { tokens: 10, nanoUsd: 10 };
const used = { tokens: 10, nanoUsd: 10 };
const admitted = [];
const refused = [];
const unavailable = [];
let running = 0;
let mostRunning = 0;
const stores = [];

async function work(worker) {
  const client = new DynamoDBClient({
    endpoint,
    region: "us-east-1",
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
    maxAttempts: 1,
  });
  const store = new Store({
    table,
    leaseSeconds: 60,
    clock: () => Date.now() + (worker % (Number(skew) + 1)),
    send: (input) => client.send(new UpdateItemCommand(input), { abortSignal: AbortSignal.timeout(10_000) }),
  });
  stores.push(store);
  for (let request = 0; request < Number(each); request++) {
    try {
      const outcome = await store.reserve("all", (at) => placed(JSON.parse(limits), at, need));
      if (outcome.refusedBy?.length) {
        refused.push(outcome.refusedBy[0].kind);
        continue;
      }
      admitted.push(Date.now());
      mostRunning = Math.max(mostRunning, ++running);
      await new Promise((resolve) => setTimeout(resolve, 5));
      running -= 1;
      await store.settle(outcome.reservation, ({ limit, kind }) => costOf(limit, kind, used));
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      unavailable.push(error.message);
    }
  }
}

const began = Date.now();
await Promise.all(Array.from({ length: Number(count) }, (_, worker) => work(worker)));
const writes = stores.reduce((sum, store) => sum + store.writes, 0);
const milliseconds = Date.now() - began;
console.log(JSON.stringify({ admitted: admitted.length, refused: refused.length, unavailable, mostRunning, writes, milliseconds }));
process.exit(0);
