// Requests that a server may read differently than this function, which would then count another request than the
// server runs.

// A compressed body hides its text. Neither OpenAI's nor Anthropic's clients compress one.
const PLAIN = new Set(["", "identity"]);

// What is wrong with the request, in words for the caller. undefined: both read the same.
export function readDifferently({ headers, bytes, body }) {
  if (!bytes.length) return undefined;
  const encodings = (headers["content-encoding"] ?? []).map((encoding) => encoding.trim().toLowerCase());
  if (!encodings.every((encoding) => PLAIN.has(encoding))) return "The body must not be compressed.";
  if (body === null || typeof body !== "object" || Array.isArray(body)) return undefined;
  const twice = nameThatIsTwice(bytes.toString("utf8"));
  return twice === undefined ? undefined : `The body must have ${JSON.stringify(twice.slice(0, 100))} only once.`;
}

// A name of the outer object that is there twice. Of two, some parsers take the first, and most the last. Go's parser
// ignores case, and takes the last of `model` and `Model`: https://pkg.go.dev/encoding/json#Unmarshal, read 2026-11.
function nameThatIsTwice(text) {
  const seen = new Set();
  for (const name of outerNames(text)) {
    // To upper case first: `ſ` and the Kelvin sign are an s and a k for Go.
    const folded = name.toUpperCase().toLowerCase();
    if (seen.has(folded)) return name;
    seen.add(folded);
  }
  return undefined;
}

// The names of a JSON object, as written. The text is known to be JSON.
function* outerNames(text) {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at];
    if (sign === "{" || sign === "[") depth += 1;
    else if (sign === "}" || sign === "]") depth -= 1;
    else if (sign === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && isName(text, end + 1)) yield JSON.parse(text.slice(at, end + 1));
      at = end;
    }
  }
}

function endOfString(text, start) {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0;
    while (text[end - 1 - backslashes] === "\\") backslashes += 1;
    if (backslashes % 2 === 0) return end;
  }
}

function isName(text, after) {
  let at = after;
  while (" \t\r\n".includes(text[at])) at += 1;
  return text[at] === ":";
}
