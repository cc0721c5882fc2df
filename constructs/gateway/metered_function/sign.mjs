// The headers of a request with its signature, AWS's Signature Version 4:
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html, read 2026-11.
//
// Our own code, because Lambda's runtime guarantees the clients of AWS's SDK but not the packages that they consist of:
// https://github.com/aws/aws-sdk-js-v3/issues/6169, read 2026-11. tests/metering compares it with that of botocore.

import { createHash, createHmac } from "node:crypto";

const hashed = (data) => createHash("sha256").update(data).digest("hex");
const keyed = (key, data) => createHmac("sha256", key).update(data).digest();

export function signed({ method, url, headers, bytes }, { service, region, credentials, now = new Date() }) {
  const time = now.toISOString().replace(/[-:]|\.\d{3}/g, "");
  const scope = [time.slice(0, 8), region, service, "aws4_request"];
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const all = { ...headers, host: url.host, "x-amz-date": time };
  if (sessionToken) all["x-amz-security-token"] = sessionToken;
  const names = Object.keys(all).sort();
  const canonical = [
    method,
    canonicalPath(url),
    "",
    ...names.map((name) => `${name}:${all[name].trim().replace(/ +/g, " ")}`),
    "",
    names.join(";"),
    hashed(bytes),
  ].join("\n");
  const toSign = ["AWS4-HMAC-SHA256", time, scope.join("/"), hashed(canonical)].join("\n");
  const key = scope.reduce(keyed, `AWS4${secretAccessKey}`);
  const signature = createHmac("sha256", key).update(toSign).digest("hex");
  const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope.join("/")}, SignedHeaders=${names.join(";")}, Signature=${signature}`;
  return { ...all, authorization };
}

// Encoded once more than in the request, as every service except for S3 requires. No path here has a query string.
const canonicalPath = ({ pathname }) => pathname.split("/").map(encoded).join("/");

const encoded = (text) => encodeURIComponent(text).replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
