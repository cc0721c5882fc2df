// A Lambda authorizer that hands the caller's API key to API Gateway, from where the SDKs send it: `Authorization: Bearer`
// or `x-api-key`. It does not know which keys there are: API Gateway looks the key up after it, in each request, and the
// usage plan of the key limits it. The answer depends on the key alone, so that it may be remembered by it.
//
// Nothing is logged here: the event holds the key.

// Exactly as SDKs write it: a WAF rule that counts by the header would see another caller in `bearer  key`.
const BEARER = /^Bearer ([!-~]+)$/;
// API keys have 20 to 128 characters; what is longer is none, whatever it is.
const LONGEST_KEY = 128;

export async function authorize(event) {
  const key = event.type === "TOKEN" ? bearer(event.authorizationToken) : keyIn(valuesByName(event));
  // The one error that API Gateway answers with a 401; its name and its message count.
  if (!key || key.length > LONGEST_KEY) throw new Error("Unauthorized");
  return {
    // Shows in logs as context.authorizer.principalId, and is no secret.
    principalId: "api-key",
    policyDocument: { Version: "2012-10-17", Statement: [allow(event.methodArn)] },
    usageIdentifierKey: key,
  };
}

// Each header in small letters, with all its values. `headers` alone has the last value only.
function valuesByName({ headers, multiValueHeaders }) {
  const single = Object.entries(headers ?? {}).map(([name, value]) => [name, [value]]);
  const byName = new Map();
  for (const [name, values] of multiValueHeaders ? Object.entries(multiValueHeaders) : single) {
    byName.set(name.toLowerCase(), [...(byName.get(name.toLowerCase()) ?? []), ...values]);
  }
  return byName;
}

function keyIn(byName) {
  const [ownKeys, authorizations] = [byName.get("x-api-key") ?? [], byName.get("authorization") ?? []];
  // SDKs send each of them once. WAF might count a request by another value than the one that is used here.
  if (ownKeys.length > 1 || authorizations.length > 1) return undefined;
  // A header of its own comes first: who sends one, beside an SDK that always sends Authorization too, means it.
  return /^[!-~]+$/.test(ownKeys[0] ?? "") ? ownKeys[0] : bearer(authorizations[0]);
}

function bearer(header) {
  return BEARER.exec(header ?? "")?.[1];
}

// arn:aws:execute-api:us-east-1:111122223333:a1b2c3/prod/POST/v1/x: every method of the stage, for AWS uses a remembered
// answer for all of them. Whether a key is asked for is a matter of the method, not of this policy.
function allow(methodArn) {
  const [api, stage] = methodArn.split("/");
  return { Action: "execute-api:Invoke", Effect: "Allow", Resource: `${api}/${stage}/*` };
}
