// How long one request may take, and why it is ended early.

// API Gateway's clock starts before this function does, and settling also takes time. The margin lets the function's
// own response arrive first, and lets the function settle before Lambda stops it.
const MARGIN_MILLISECONDS = 1500;

// Why the call of a model is aborted.
export const LATE = new Error("The model did not answer in time.");
export const UNREAD = new Error("The caller is gone.");

export class Deadline {
  #model = new AbortController();
  #reader = new AbortController();
  #timers = [];

  // `milliseconds`: the time until API Gateway gives up, or until Lambda stops this function. Only the reader of a
  // stream can leave.
  constructor(milliseconds, { streams }) {
    const margin = Math.min(MARGIN_MILLISECONDS, milliseconds / 5);
    this.#after(milliseconds - margin, () => {
      this.#model.abort(LATE);
      // A caller who reads has a third of the margin for the rest of the response, including an error.
      if (streams) this.#after(margin / 3, () => this.leave());
    });
  }

  // Aborts when the model can stop.
  get model() {
    return this.#model.signal;
  }

  // Aborts when nothing more will be sent.
  get reader() {
    return this.#reader.signal;
  }

  get isLate() {
    return this.#model.signal.reason === LATE;
  }

  // Whatever the model still does is not used.
  stop() {
    this.#model.abort(UNREAD);
  }

  // The caller no longer reads.
  leave() {
    this.#reader.abort(UNREAD);
    this.stop();
  }

  clear() {
    this.#timers.forEach(clearTimeout);
  }

  #after(milliseconds, act) {
    this.#timers.push(setTimeout(act, Math.max(1, milliseconds)));
  }
}

// The promise, or the signal's reason as soon as it aborts. The promise's owner does not need to handle the signal.
export function unlessAborted(signal, promise) {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}

// The items of the iterable, until the signal aborts.
export async function* untilAborted(signal, iterable) {
  const parts = iterable[Symbol.asyncIterator]?.() ?? iterable[Symbol.iterator]();
  for (;;) {
    const { done, value } = await unlessAborted(signal, Promise.resolve(parts.next()));
    if (done) return;
    yield value;
  }
}
