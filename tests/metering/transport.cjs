// In place of the compiled half of aws-lambda-ric, which only posts to the runtime API: the rest of it is AWS's own.
const http = require("node:http");
const Module = require("node:module");

const [hostname, port] = process.env.AWS_LAMBDA_RUNTIME_API.split(":");

function post(path, body) {
  const request = http.request({ hostname, port, path: `/2018-06-01/runtime/invocation/${path}`, method: "POST" });
  request.on("error", () => {});
  request.end(body);
}

const client = {
  done: (id, body) => post(`${id}/response`, body),
  error: (id, body) => post(`${id}/error`, body),
};
const load = Module._load;
Module._load = function (request, ...rest) {
  return request.endsWith("rapid-client.node") ? client : load.call(this, request, ...rest);
};
