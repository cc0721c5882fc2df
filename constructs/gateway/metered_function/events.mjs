// The events of a stream, cut out of its bytes as they arrive: server-sent events, or one JSON document per line.

// A larger event is passed on without being read, so that a stream cannot fill the function's memory.
const LARGEST = 4 * 1024 * 1024;

export class Events {
  #rest = "";
  #lines;
  #gaveUp = false;

  constructor({ lines = false } = {}) {
    this.#lines = lines;
  }

  // [{ bytes, document }] for every event that is complete. `document` is undefined if its data is not JSON.
  push(chunk) {
    // One character per byte: the bytes are passed on unchanged, even if they are not UTF-8 or end inside a character.
    const text = this.#rest + Buffer.from(chunk).toString("latin1");
    if (this.#gaveUp) return [{ bytes: Buffer.from(chunk), document: undefined }];
    const events = [];
    let from = 0;
    const end = this.#lines ? /\n/g : /\r?\n\r?\n|\r\r/g;
    end.lastIndex = Math.max(0, this.#rest.length - 3);
    for (let found = end.exec(text); found; found = end.exec(text)) {
      events.push(this.#event(text.slice(from, end.lastIndex)));
      from = end.lastIndex;
    }
    this.#rest = text.slice(from);
    if (this.#rest.length > LARGEST) {
      this.#gaveUp = true;
      events.push({ bytes: Buffer.from(this.#rest, "latin1"), document: undefined });
      this.#rest = "";
    }
    return events;
  }

  // The rest when the stream ends, without a blank line after it.
  end() {
    const rest = this.#rest;
    this.#rest = "";
    return rest ? [this.#event(rest)] : [];
  }

  #event(text) {
    const data = this.#lines
      ? text
      : text
          .split(/\r\n|\n|\r/)
          .filter((line) => line.startsWith("data:"))
          .map((line) => line.slice("data:".length))
          .join("\n");
    return { bytes: Buffer.from(text, "latin1"), document: documentIn(data) };
  }
}

function documentIn(latin1) {
  const text = Buffer.from(latin1, "latin1").toString("utf8").trim();
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
