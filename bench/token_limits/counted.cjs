// Loaded before the function: each write of the table appends one byte to a file that all functions share.
const fs = require("node:fs");
const http = require("node:http");

const file = process.env.COUNTED_WRITES;
const request = http.request;
http.request = function (options, ...rest) {
  if (/UpdateItem$/.test(options?.headers?.["x-amz-target"] ?? "")) fs.appendFileSync(file, ".");
  return request.call(this, options, ...rest);
};
