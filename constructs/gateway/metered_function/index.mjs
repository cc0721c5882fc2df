// A Lambda function between API Gateway and a model: limits in requests, tokens, money and concurrent requests, for one
// route. For a Bedrock model it also supports OpenAI's and Anthropic's formats, with or without limits.

import { Answers } from "./answers.mjs";
import { configuration } from "./configuration.mjs";
import { MemoryTable } from "./memory_table.mjs";
import { Meter } from "./meter.mjs";
import { record } from "./metrics.mjs";
import { priceOf } from "./prices.mjs";
import { Store } from "./store.mjs";

// A table that does not answer would block every route. The first call also opens a connection.
const MILLISECONDS = 150;
const FIRST_MILLISECONDS = 1000;

// Without limits there is no table, and its client is not loaded. The SDK does not retry: only the store knows whether
// a write may be repeated.
const { DynamoDBClient, UpdateItemCommand } = configuration.table ? await import("@aws-sdk/client-dynamodb") : {};
const dynamodb = DynamoDBClient && new DynamoDBClient({ maxAttempts: 1 });
let open = false;

async function send(input) {
  const abortSignal = AbortSignal.timeout(open ? MILLISECONDS : FIRST_MILLISECONDS);
  try {
    return await dynamodb.send(new UpdateItemCommand(input), { abortSignal });
  } finally {
    open = !abortSignal.aborted;
  }
}

const { call: backend, refusalOf } = await backendOf(configuration.backend);

function backendOf({ model_id: model, apis }) {
  if (apis) return import("./bedrock_api.mjs");
  return model ? import("./bedrock.mjs") : import("./proxy.mjs");
}

const meter = (streams) =>
  new Meter({
    configuration,
    // A lease ends when Lambda has certainly stopped the function that held it.
    store: new Store({ send, table: configuration.table, leaseSeconds: Math.ceil(configuration.timeoutMilliseconds / 1000) + 5 }),
    spare: new MemoryTable(),
    answers: new Answers(configuration),
    backend,
    refusalOf,
    priceOf,
    record: (values, about) => configuration.limits.length && record(configuration.namespace, values, about),
    streams,
    clock: Date.now,
  });

const buffered = meter(false);
const streamed = meter(true);

const isText = (type) => /^text\/|json|xml|javascript|x-www-form-urlencoded/.test(type);

// Separates headers that came several times from those that came once, as the proxy response requires.
function headersOf(headers) {
  const entries = Object.entries(headers).filter(([, value]) => value !== undefined);
  return {
    headers: Object.fromEntries(entries.filter(([, value]) => !Array.isArray(value))),
    multiValueHeaders: Object.fromEntries(entries.filter(([, value]) => Array.isArray(value))),
  };
}

export async function invoke(event, context) {
  let chunks;
  let begun;
  await buffered.serve(event, context, {
    // Called a second time if the model broke off. Nothing has been sent yet.
    async begin(statusCode, headers) {
      chunks = [];
      begun = { statusCode, ...headersOf(headers) };
    },
    write: async (bytes) => chunks.push(bytes) > 0,
    end: async () => {},
  });
  const body = Buffer.concat(chunks);
  const type = String(begun.headers["Content-Type"] ?? begun.headers["content-type"] ?? "application/json");
  // A server that compresses although it is asked not to.
  const compressed = Object.keys(begun.headers).some((name) => name.toLowerCase() === "content-encoding");
  const text = isText(type) && !compressed;
  return { ...begun, body: body.toString(text ? "utf8" : "base64"), isBase64Encoded: !text };
}

export const stream = globalThis.awslambda?.streamifyResponse?.(async (event, responseStream, context) => {
  let body = responseStream;
  let wrote = false;
  await streamed.serve(event, context, {
    // Lambda closes the stream, or reports an error, if it knows that the caller no longer reads.
    onLeft: (leave) => ["close", "error"].forEach((gone) => responseStream.on(gone, leave)),
    async begin(statusCode, headers) {
      body = awslambda.HttpResponseStream.from(responseStream, { statusCode, ...headersOf(headers) });
    },
    // False if the caller no longer reads. Resolves once there is room for more. Lambda does not always report that a
    // caller hung up. Then no room becomes free, and all that remains is to settle before the function is stopped.
    async write(bytes, reader) {
      wrote = true;
      if (!reader.aborted && !body.write(bytes)) await room(body, reader);
      return !reader.aborted;
    },
    async end() {
      // Lambda's stream sends status and headers with the first write, even if it is empty.
      if (!wrote) body.write(Buffer.alloc(0));
      body.end();
    },
    abandon: async () => void responseStream.destroy(),
  });
});

function room(stream, signal) {
  return new Promise((resolve) => {
    const done = () => {
      stream.off("drain", done);
      signal.removeEventListener("abort", done);
      resolve();
    };
    stream.on("drain", done);
    signal.addEventListener("abort", done);
    if (signal.aborted) done();
  });
}
