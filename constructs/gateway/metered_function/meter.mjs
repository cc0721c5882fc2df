// One request: reserve of every limit that covers it, have the model answer, settle, and only then end the answer.

import { codeOf, limitHeaders } from "./answers.mjs";
import { BackendFailed } from "./backend_failed.mjs";
import { Events } from "./events.mjs";
import { hashed, itemOf } from "./identity.mjs";
import { costOf, placed } from "./limits.mjs";
import { needed, needOf } from "./need.mjs";
import { jsonIn, requestIn } from "./request.mjs";
import { Unavailable } from "./store.mjs";
import { UsageReader } from "./usage/reader.mjs";

// Left for settling and for ending the answer when the model takes too long.
const RESERVED_MILLISECONDS = 1500;
// What is kept of a whole answer to read its usage.
const LARGEST_DOCUMENT = 8 * 1024 * 1024;

export class Meter {
  constructor(parts) {
    // { configuration, store, spare, answers, backend, priceOf, record, streams, clock }
    Object.assign(this, parts);
  }

  // `answer` is begun with status and headers, written to, and ended: index.mjs has one for each kind of function.
  async serve(event, context, answer) {
    const request = requestIn(event);
    const { refusal, admitted } = await this.#admit(event, request);
    if (refusal) {
      await answer.begin(refusal.status, refusal.headers);
      await answer.write(Buffer.from(refusal.body));
      return answer.end();
    }
    const reader = new UsageReader();
    // `free`: the model did nothing for it, as its answer or its silence proves.
    const outcome = { status: 0, ended: false, free: false };
    const left = (context.getRemainingTimeInMillis?.() ?? Infinity) - RESERVED_MILLISECONDS;
    const deadline = new AbortController();
    const timer = Number.isFinite(left) ? setTimeout(() => deadline.abort(), Math.max(1, left)) : undefined;
    try {
      await this.#answer(request, admitted, answer, { reader, outcome, deadline });
    } finally {
      clearTimeout(timer);
      await this.#settle(admitted, reader, outcome);
    }
    return answer.end();
  }

  // { refusal } or { admitted: what there is to settle }.
  async #admit(event, request) {
    const { configuration, answers, clock } = this;
    const started = clock();
    if (climbs(request)) return { refusal: answers.badRequest("The path must not hold . or .. as a part of its own.") };
    const model = modelOf(request, configuration.backend);
    const sets = setsOf(configuration, event, model);
    const limits = [...sets.values()].flat();
    const price = this.priceOf(model);
    const about = aboutOf(configuration, event, model);
    if (price === undefined && limits.some((limit) => limit.usd_per_month !== undefined && limit.mode !== "count")) {
      return { refusal: answers.noPrice(model) };
    }
    const { weights, default_max_tokens: defaultOutput, image_tokens: images } = configuration.counting;
    const generates = generatesText(request, configuration.backend);
    // Lists of models and the like use no tokens; where one does, it says so.
    const asked = BODILESS.has(request.method) ? { ...request, bytes: Buffer.alloc(0), body: null } : request;
    const { need, tooLarge } = needed(asked, limits, { weights, price, defaultOutput, images, generates }, started);
    if (tooLarge) return { refusal: answers.tooLarge(tooLarge) };

    const held = [];
    const admitted = { held, need, price, model, about, started, headers: {} };
    const observed = [];
    for (const [id, ofItem] of sets) {
      const outcome = await this.#reserve(id, ofItem, need);
      observed.push(...(outcome.observed ?? []));
      if (outcome.unavailable || outcome.refusedBy?.length) {
        await Promise.all(held.map(({ store, reservation }) => store.release(reservation)));
        const refusal = outcome.unavailable
          ? answers.unavailable()
          : answers.refused(outcome.refusedBy, outcome.at, limitHeaders(outcome.refusedBy, leastOf, outcome.at));
        this.#record(admitted, { refusedBy: outcome.refusedBy, unavailable: outcome.unavailable, observed });
        return { refusal };
      }
      if (outcome.reservation) held.push(outcome);
    }
    admitted.observed = observed;
    admitted.local = held.some(({ store }) => store !== this.store);
    admitted.headers = limitHeaders(
      held.flatMap(({ reservation, at }) => reservation.writes.map(({ limit }) => ({ ...limit, of: reservation, at }))),
      (limit) => limit.of.item[limit.attribute],
      clock(),
    );
    admitted.limiterMilliseconds = clock() - started;
    return { admitted };
  }

  // Without the table, rates are held by a small bucket in this function's memory, and money by nothing but a refusal.
  async #reserve(id, limits, need) {
    const at = (milliseconds) => placed(limits, milliseconds, need);
    try {
      return { store: this.store, ...(await this.store.reserve(id, at)) };
    } catch (error) {
      if (!(error instanceof Unavailable)) throw error;
      console.error(JSON.stringify({ message: "the table cannot be asked", reason: error.message, cause: error.cause?.message }));
      if (limits.some(refusesWithoutTable)) return { unavailable: true };
      const spare = limits.map(quartered);
      return { store: this.spare, ...(await this.spare.reserve(id, (milliseconds) => fitted(spare, milliseconds, need))) };
    }
  }

  async #answer(request, admitted, answer, { reader, outcome, deadline }) {
    const { backend, configuration, answers, streams } = this;
    const { sent, hides } = withUsage(request);
    let begun = false;
    try {
      const result = await backend(configuration.backend, sent, { signal: deadline.signal, streams });
      outcome.status = result.status;
      outcome.free = result.status >= 400;
      begun = true;
      if (result.usage) Object.assign(reader, { usage: result.usage });
      await answer.begin(result.status, { ...result.headers, ...admitted.headers });
      const read = result.usage ? passing : reading(result.headers["content-type"] ?? "", reader, hides);
      await this.#pass(result.body, read, answer, deadline);
      outcome.ended = true;
    } catch (error) {
      if (error instanceof HungUp) return;
      const failed = error instanceof BackendFailed ? error : new BackendFailed(error, { reached: true });
      if (!begun) outcome.free = !failed.reached && !deadline.signal.aborted;
      const said = this.#failure(failed, deadline);
      if (said.status >= 500) console.error(JSON.stringify({ message: "the model failed", reason: failed.message }));
      if (begun) {
        // The status is long sent; the error can only be one more event.
        await answer.write(Buffer.from(`event: error\ndata: ${said.body}\n\n`)).catch(() => {});
      } else {
        outcome.status = said.status;
        await answer.begin(said.status, { ...said.headers, ...admitted.headers });
        await answer.write(Buffer.from(said.body));
      }
    }
  }

  #failure(failed, deadline) {
    const { answers } = this;
    if (failed.status === 429) return answers.backendRefused();
    if (failed.status === 400) return answers.failed(400, failed.message, "model_refused_request");
    if (deadline.signal.aborted) return answers.failed(504, "The model did not answer in time.", "model_timeout");
    // A 403 or 404 speaks of this function's role or model id, which is no fault of the caller's.
    return answers.failed(502, "The model could not be reached.", "model_error");
  }

  async #pass(body, read, answer, deadline) {
    for await (const chunk of body) {
      for (const bytes of read.push(chunk)) {
        if (!(await answer.write(bytes, deadline.signal))) {
          // Nobody reads any more: the model need not go on.
          deadline.abort();
          throw new HungUp();
        }
      }
    }
    for (const bytes of read.end()) await answer.write(bytes);
  }

  // What was used, or what was reserved if nobody can know. A refused or failed call gives the tokens back.
  async #settle(admitted, reader, { status, ended, free }) {
    const { need, held, price } = admitted;
    const used = reader.usage && needOf(reader.usage, { weights: this.configuration.counting.weights, price });
    let final = need;
    if (used && ended && !reader.incomplete) final = used;
    else if (used) final = { tokens: Math.max(used.tokens, need.tokens), nanoUsd: Math.max(used.nanoUsd, need.nanoUsd) };
    else if (free) final = { tokens: 0, nanoUsd: 0 };
    const settled = await Promise.all(
      held.map(({ store, reservation }) => store.settle(reservation, ({ limit, kind }) => costOf(limit, kind, final))),
    );
    this.#record(admitted, { final, usage: reader.usage, failed: settled.includes(false), observed: admitted.observed, status });
  }

  #record(admitted, { refusedBy = [], unavailable, observed = [], final, usage, failed, status }) {
    const values = { Requests: 1, TokensReserved: admitted.need.tokens };
    if (final) Object.assign(values, { TokensUsed: final.tokens, LimiterMilliseconds: admitted.limiterMilliseconds });
    if (final && admitted.price) values.UsdUsed = final.nanoUsd / 1e9;
    for (const { kind } of refusedBy.slice(0, 1)) values[REFUSED[codeOf(kind)]] = 1;
    if (observed.length) values.WouldRefuse = 1;
    // Zeros, so that an alarm sees a quiet minute as such.
    values.LimiterUnavailable = unavailable || admitted.local ? 1 : 0;
    values.SettleFailed = failed ? 1 : 0;
    const limits = [...refusedBy, ...observed].map(({ attribute }) => attribute);
    this.record(values, { ...admitted.about, status, usage, limits: limits.length ? limits : undefined });
  }
}

// Whether a value of the path would climb out of its place: a server may take `..` for the folder above.
const climbs = ({ pathParameters }) =>
  Object.values(pathParameters).some((value) => value.split("/").some((part) => part === "." || part === ".."));

const BODILESS = new Set(["DELETE", "GET", "HEAD", "OPTIONS"]);

// The caller is gone.
class HungUp extends Error {}

const REFUSED = {
  requests_exceeded: "RequestsRefused",
  tokens_exceeded: "TokensRefused",
  budget_exceeded: "BudgetRefused",
  concurrency_exceeded: "ConcurrencyRefused",
};

const refusesWithoutTable = ({ mode, when_unavailable: wanted, usd_per_month: money }) =>
  mode !== "count" && (wanted ?? (money === undefined ? "allow" : "refuse")) === "refuse";

// A quarter of each limit, since many functions may be without the table at once.
function quartered(limit) {
  const scaled = { ...limit };
  for (const kind of ["requests_per_minute", "tokens_per_minute", "tokens_per_day", "concurrent_requests"]) {
    if (limit[kind] !== undefined) scaled[kind] = Math.max(1, Math.floor(limit[kind] / 4));
  }
  return scaled;
}

// In a quarter of a limit a request may not fit that fits the whole of it: then it takes all of the quarter.
function fitted(limits, milliseconds, need) {
  return placed(limits, milliseconds, need).map((limit) => {
    const most = limit.ceiling - limit.floor;
    return limit.cost > most ? { ...limit, cost: most } : limit;
  });
}

const leastOf = ({ ceiling, cost, excess }) => excess + ceiling - cost;

// Of a Bedrock route its own model; of a model server the one that the body names.
function modelOf({ body }, backend) {
  if (backend.model_id) return backend.model_id;
  return typeof body?.model === "string" ? body.model : undefined;
}

// Item -> the limits of this request in it, a caller's own before those that callers share.
function setsOf(configuration, event, model) {
  const plan = planOf(configuration, event);
  const sets = new Map();
  const covering = configuration.limits.filter((limit) => covers(limit, model, plan));
  for (const limit of covering.sort((one, other) => shared(one) - shared(other))) {
    const { id, part } = placeOf(limit, event);
    if (!sets.has(id)) sets.set(id, []);
    sets.get(id).push(part);
  }
  return sets;
}

const shared = ({ by }) => (by.includes("all") ? 1 : 0);

function covers({ plan, models }, model, planOfCaller) {
  if (plan !== undefined && plan !== planOfCaller) return false;
  // A request that does not say its model is held to the limits of every model.
  return models === undefined || model === undefined || models.some((pattern) => matches(pattern, model));
}

const matches = (pattern, model) => (pattern.endsWith("*") ? model.startsWith(pattern.slice(0, -1)) : model === pattern);

// A key that Terraform did not make, or none, is in no plan that this function knows: the settings say what holds then.
const planOf = ({ plans }, { requestContext }) => plans.get(requestContext?.identity?.apiKeyId) ?? "";

function placeOf(limit, event) {
  // A request without a part of the identity shares one item with all others like it: nobody escapes by leaving it out.
  const id = itemOf(limit.by, event) ?? `${limit.by.join("+")}#none`;
  if (!(limit.shards > 1)) return { id, part: limit };
  const part = { ...limit };
  for (const kind of ["requests_per_minute", "tokens_per_minute", "tokens_per_day", "concurrent_requests"]) {
    if (limit[kind] !== undefined) part[kind] = Math.max(1, Math.floor(limit[kind] / limit.shards));
  }
  if (limit.usd_per_month !== undefined) part.usd_per_month = limit.usd_per_month / limit.shards;
  return { id: `${id}/${Math.floor(Math.random() * limit.shards)}`, part };
}

function aboutOf(configuration, { requestContext }, model) {
  const key = requestContext?.identity?.apiKeyId;
  return {
    requestId: requestContext?.requestId,
    caller: key === undefined ? undefined : hashed(JSON.stringify([String(key)])),
    plan: planOf(configuration, { requestContext }) || undefined,
    model,
  };
}

// An embedding has no output to reserve.
function generatesText({ path }, backend) {
  return !(path.endsWith("/embeddings") || path.endsWith("/embed") || backend.model_id?.includes("embed"));
}

// OpenAI's streams say what they used only if the request asks for it; the event that nobody asked for is taken out.
function withUsage(request) {
  const { body, path } = request;
  const asks = body?.stream === true && /\/(chat\/)?completions$/.test(path) && body.stream_options?.include_usage !== true;
  if (!asks) return { sent: request, hides: false };
  return { sent: { ...request, bytes: Buffer.from(askingForUsage(request)) }, hides: true };
}

// Put in front of what the caller wrote, which stays as it is: a number of 64 bits would not survive being read.
function askingForUsage({ body, bytes }) {
  const options = { ...body.stream_options, include_usage: true };
  if (body.stream_options !== undefined) return JSON.stringify({ ...body, stream_options: options });
  return bytes.toString("utf8").replace("{", `{"stream_options": ${JSON.stringify(options)}, `);
}

const passing = { push: (chunk) => [chunk], end: () => [] };

// Reads the usage out of what passes, in whatever form the answer has.
function reading(contentType, reader, hides) {
  const streams = contentType.includes("event-stream");
  if (!streams && !contentType.includes("ndjson")) return wholeDocument(reader);
  const events = new Events({ lines: !streams });
  const shown = ({ bytes, document }) => {
    reader.see(document);
    const extra = hides && Array.isArray(document?.choices) && document.choices.length === 0 && document.usage;
    return extra ? [] : [bytes];
  };
  return { push: (chunk) => events.push(chunk).flatMap(shown), end: () => events.end().flatMap(shown) };
}

function wholeDocument(reader) {
  const kept = [];
  let size = 0;
  return {
    push(chunk) {
      size += chunk.length;
      if (size <= LARGEST_DOCUMENT) kept.push(chunk);
      return [chunk];
    },
    end() {
      if (size <= LARGEST_DOCUMENT) reader.see(jsonIn(Buffer.concat(kept)));
      return [];
    },
  };
}
