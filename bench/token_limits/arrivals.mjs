// Sends groups of requests, each group at its time whatever became of the one before, and prints what came of each.
// { url, key, body, groups, size, pause } of the first argument; pause in milliseconds.

import http from "node:http";

const { url, key, body, groups, size, pause } = JSON.parse(process.argv[2]);
const agent = new http.Agent({ keepAlive: true });
const text = JSON.stringify(body);
const headers = { authorization: `Bearer ${key}`, "content-type": "application/json", "content-length": Buffer.byteLength(text) };

function ask() {
  const sent = performance.now();
  return new Promise((resolve) => {
    const done = (status) => resolve({ at: sent - began, milliseconds: performance.now() - sent, status });
    const request = http.request(`${url}/v1/chat/completions`, { method: "POST", agent, headers, timeout: 60_000 }, (answer) => {
      let received = "";
      answer.setEncoding("utf8").on("data", (piece) => (received += piece));
      // A stream that broke off has the status of one that did not.
      const whole = () => received.includes(body.stream ? "[DONE]" : '"chat.completion"');
      answer.on("end", () => done(answer.statusCode === 200 && !whole() ? 0 : answer.statusCode));
      answer.on("error", () => done(0));
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => done(0));
    request.end(text);
  });
}

const began = performance.now();
const answers = [];
for (let group = 0; group < groups; group++) {
  const left = began + group * pause - performance.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  answers.push(...Array.from({ length: size }, ask));
}
console.log(JSON.stringify(await Promise.all(answers)));
process.exit(0);
