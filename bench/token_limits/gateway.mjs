// What is between a caller and the packaged function: HTTP in, the event that API Gateway sends, Lambda's runtime API
// (https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html, read 2026-11), and the function's stream out.
// One event at a time for each function, as in Lambda. The key is the Bearer token.

import { randomUUID } from "node:crypto";
import http from "node:http";

const PRELUDE_ENDS = Buffer.alloc(8);
const MILLISECONDS = 29_000;

const idle = [];
const queued = [];
const running = new Map();

const bytesOf = async (request) => {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
};

function hand(invocation, next) {
  running.set(invocation.id, invocation);
  const headers = {
    "Lambda-Runtime-Aws-Request-Id": invocation.id,
    "Lambda-Runtime-Deadline-Ms": String(Date.now() + MILLISECONDS),
    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:us-east-1:111122223333:function:f",
  };
  next.writeHead(200, headers).end(JSON.stringify(invocation.event));
}

const front = http.createServer(async (request, response) => {
  if (request.url === "/idle") return response.end(String(idle.length));
  const body = await bytesOf(request);
  const key = (request.headers.authorization ?? "").replace(/^Bearer /, "");
  const event = {
    httpMethod: request.method,
    path: request.url,
    pathParameters: { proxy: request.url.replace(/^\/v1\//, "") },
    headers: request.headers,
    body: body.toString(),
    isBase64Encoded: false,
    requestContext: { requestId: randomUUID(), identity: { sourceIp: "127.0.0.1", apiKeyId: key }, authorizer: null },
  };
  const invocation = { id: randomUUID(), event, response };
  // The one that was used last: Lambda has no more functions than there are requests at once.
  if (idle.length) hand(invocation, idle.pop());
  else queued.push(invocation);
});

const runtime = http.createServer(async (request, response) => {
  if (request.method === "GET") {
    if (queued.length) hand(queued.shift(), response);
    else idle.push(response);
    return;
  }
  const [id, kind] = request.url.split("/").slice(-2);
  const { response: caller } = running.get(id) ?? {};
  running.delete(id);
  if (!caller || kind !== "response") {
    caller?.writeHead(502).end(await bytesOf(request));
  } else {
    let before = Buffer.alloc(0);
    for await (const chunk of request) {
      if (caller.headersSent) {
        caller.write(chunk);
        continue;
      }
      before = Buffer.concat([before, chunk]);
      const end = before.indexOf(PRELUDE_ENDS);
      if (end < 0) continue;
      const { statusCode, headers, multiValueHeaders } = JSON.parse(before.subarray(0, end));
      caller.writeHead(statusCode, { ...headers, ...multiValueHeaders });
      caller.write(before.subarray(end + PRELUDE_ENDS.length));
    }
    caller.end();
  }
  response.writeHead(202).end();
});

const listening = (server) => new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server.address().port)));
// A function waits for its next event for as long as there is none.
Object.assign(runtime, { keepAliveTimeout: 0, requestTimeout: 0 });
console.log(JSON.stringify({ url: `http://127.0.0.1:${await listening(front)}`, runtime: `127.0.0.1:${await listening(runtime)}` }));
