// Whose request it is, judged only by what API Gateway has established, never by a header of the caller.

import { createHash } from "node:crypto";
import { isIPv6 } from "node:net";

// The name of an identity in the settings, and its value in the proxy event. undefined: the request has none.
function valueOf(by, { requestContext }) {
  const { identity = {}, authorizer } = requestContext ?? {};
  switch (by) {
    case "all":
      return "all";
    case "api_key":
      return identity.apiKeyId;
    case "ip":
      return identity.sourceIp && subscriber(identity.sourceIp);
    case "principal":
      // From a Lambda authorizer, Cognito's subject, or with AWS_IAM the role or user who signed.
      return authorizer?.principalId ?? authorizer?.claims?.sub ?? withoutSession(identity.userArn);
    default: {
      const claim = by.slice("claim:".length);
      return authorizer?.claims?.[claim] ?? authorizer?.[claim];
    }
  }
}

// Who assumes a role chooses the name of the session, and a pod or a function gets a new one each time:
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html, RoleSessionName, read 2026-11.
const withoutSession = (arn) => arn?.replace(/(:assumed-role\/[^/]+)\/.*$/, "$1");

// A network of IPv6 has 2^64 addresses, and a host may use any of them: RFC 4291, section 2.5.1. All are one caller.
function subscriber(address) {
  if (!isIPv6(address) || address.includes(".")) return address;
  const [before, after] = address.split("%")[0].split("::").map((part) => part.split(":").filter(Boolean));
  const groups = after === undefined ? before : [...before, ...Array(8 - before.length - after.length).fill("0"), ...after];
  return `${groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16)).join(":")}::/64`;
}

// `{ by: ["api_key", "ip"], ... }` gives the id of the caller's item. undefined: a part of the identity is missing.
//
// It is hashed, so that callers cannot be read directly from the table. review/usage/usage.py does the same.
export function itemOf(by, event) {
  if (by.length === 1 && by[0] === "all") return "all";
  const values = by.map((each) => valueOf(each, event));
  if (values.some((value) => value === undefined || value === null || value === "")) return undefined;
  return `${by.join("+")}#${hashed(JSON.stringify(values.map(String)))}`;
}

export const hashed = (text) => createHash("sha256").update(text).digest("base64url").slice(0, 22);
