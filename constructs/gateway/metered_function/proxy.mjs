// A model server at a URL: the request is passed on unchanged, and so is the response.

import http from "node:http";
import https from "node:https";

import { BackendFailed } from "./backend_failed.mjs";
import { unlessAborted, untilAborted } from "./deadline.mjs";

// Headers of the connection, not of the message: RFC 9110, section 7.6.1. The length is computed from what is sent.
const HOP_BY_HOP = new Set(
  ["connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"].concat(
    ["transfer-encoding", "upgrade", "content-length", "host", "expect", "accept-encoding"],
  ),
);
const agents = { "http:": kept(new http.Agent({ keepAlive: true })), "https:": kept(new https.Agent({ keepAlive: true })) };

// Lambda freezes the function between requests. A connection that looks open here may have been closed by the server.
const OPEN_MILLISECONDS = 4000;

function kept(agent) {
  return agent.on("free", (socket) => Object.assign(socket, { freeSince: Date.now() }));
}

function closeStale(agent) {
  for (const socket of Object.values(agent.freeSockets).flat()) {
    if (Date.now() - socket.freeSince > OPEN_MILLISECONDS) socket.destroy();
  }
}

export function call(backend, request, { signal }) {
  const url = new URL(address(backend.url, request));
  const headers = { ...headersFor(backend, request), host: url.host };
  // The name of a private route is that of the certificate. The load balancer in the VPC answers for it.
  const at = backend.address ? { hostname: backend.address, servername: url.hostname } : {};
  return send({ method: request.method, url, headers, bytes: request.bytes, at }, { signal });
}

// { status, headers, body }, where `body` is an iterable of bytes.
export function send({ method, url, headers, bytes, at = {} }, { signal }) {
  const options = { method, agent: agents[url.protocol], headers, signal, ...at };
  closeStale(options.agent);
  const answered = new Promise((resolve, reject) => {
    const client = url.protocol === "https:" ? https : http;
    const sent = client.request(url, options, (answer) => {
      const headers = {};
      for (const [name, value] of Object.entries(answer.headers)) {
        if (!ANSWERED_BY_US.has(name)) headers[name] = value;
      }
      resolve({ status: answer.statusCode, headers, body: untilAborted(signal, answer) });
    });
    sent.on("error", (error) => reject(new BackendFailed(error, { reached: !BEFORE_CONNECTED.has(error.syscall) })));
    sent.end(bytes);
  });
  return unlessAborted(signal, answered);
}

const BEFORE_CONNECTED = new Set(["connect", "getaddrinfo"]);

const ANSWERED_BY_US = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "trailer", "upgrade"]);

// `https://llm.example.com/v1/{proxy}` with the value from the path, and the caller's query string.
export function address(url, request) {
  const path = url.replace(/\{([A-Za-z0-9_.-]+)\}/g, (_, name) => segments(request.pathParameters[name] ?? ""));
  const query = new URLSearchParams(request.query).toString();
  return query ? `${path}?${query}` : path;
}

const segments = (value) => value.split("/").map(encodeURIComponent).join("/");

function headersFor({ headers = {}, drop_headers: dropped = [] }, request) {
  const ours = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const drop = new Set(dropped.map((name) => name.toLowerCase()));
  const theirs = {};
  for (const [name, values] of Object.entries(request.headers)) {
    if (!HOP_BY_HOP.has(name) && !drop.has(name)) theirs[name] = values.length === 1 ? values[0] : values;
  }
  // This function reads the usage in the response, so the response must not be compressed.
  return { ...theirs, ...ours, "accept-encoding": "identity", "content-length": request.bytes.length };
}
