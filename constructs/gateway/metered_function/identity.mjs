// Who a request belongs to, only by what API Gateway itself has established: never by a header of the caller's.

import { createHash } from "node:crypto";

// What the settings call an identity -> its value in the proxy event, undefined if the request has none.
function valueOf(by, { requestContext }) {
  const { identity = {}, authorizer } = requestContext ?? {};
  switch (by) {
    case "all":
      return "all";
    case "api_key":
      return identity.apiKeyId;
    case "ip":
      return identity.sourceIp;
    case "principal":
      // A Lambda authorizer's, Cognito's subject, or with AWS_IAM the role or user who signed.
      return authorizer?.principalId ?? authorizer?.claims?.sub ?? identity.userArn;
    default: {
      const claim = by.slice("claim:".length);
      return authorizer?.claims?.[claim] ?? authorizer?.[claim];
    }
  }
}

// `{ by: ["api_key", "ip"], ... }` -> the id of the caller's item, undefined if a part of the identity is missing.
//
// Hashed, so that nobody reads callers out of the table at a glance. review/usage/usage.py does the same.
export function itemOf(by, event) {
  if (by.length === 1 && by[0] === "all") return "all";
  const values = by.map((each) => valueOf(each, event));
  if (values.some((value) => value === undefined || value === null || value === "")) return undefined;
  return `${by.join("+")}#${hashed(JSON.stringify(values.map(String)))}`;
}

export const hashed = (text) => createHash("sha256").update(text).digest("base64url").slice(0, 22);
