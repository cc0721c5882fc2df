// The request in a proxy event of a REST API.
// https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html

export function requestIn(event) {
  const bytes = Buffer.from(event.body ?? "", event.isBase64Encoded ? "base64" : "utf8");
  const headers = {};
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? lists(event.headers))) {
    headers[name.toLowerCase()] = values;
  }
  const query = Object.entries(event.multiValueQueryStringParameters ?? lists(event.queryStringParameters));
  return {
    method: event.httpMethod,
    path: event.path ?? "",
    pathParameters: event.pathParameters ?? {},
    query: query.flatMap(([name, values]) => values.map((value) => [name, value])),
    headers,
    bytes,
    body: jsonIn(bytes),
  };
}

const lists = (single) => Object.fromEntries(Object.entries(single ?? {}).map(([name, value]) => [name, [value]]));

// The body as this function has parsed it, changed if it is given what to change. Numbers keep their spelling: one of 64
// bits would not survive being read. Throws RangeError if it is nested deeper than a function can follow.
export function written(bytes, change = (body) => body) {
  const asWritten = (_, value, { source }) => (typeof value === "number" ? JSON.rawJSON(source) : value);
  return Buffer.from(JSON.stringify(change(JSON.parse(bytes.toString("utf8"), asWritten))));
}

// The body as JSON. undefined if it is not JSON.
export function jsonIn(bytes) {
  if (!bytes.length) return undefined;
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return undefined;
  }
}
