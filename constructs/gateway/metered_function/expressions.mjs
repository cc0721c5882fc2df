// Decisions as the only call that this function makes to the table: UpdateItem.

// DynamoDB's wire format of an item and back: every attribute of ours except for the key and the marks is an integer.
export function read(attributes) {
  const item = {};
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value.N !== undefined) item[name] = BigInt(value.N);
    else if (name !== KEY) item[name] = value.S;
  }
  return item;
}

export const KEY = "id";
// When DynamoDB may delete the item, in seconds: the table's TTL attribute.
export const EXPIRES = "e";

// A write that timed out may have succeeded. Each write leaves a mark in one of sixteen places. A repeated write is
// then refused, and the function sees that the first one succeeded. With sixteen, other writers seldom overwrite a mark
// in the meantime.
export const markOf = (token) => `w${token.codePointAt(0) % 16}`;

// Collects the names and values of an expression, so that its text contains none of them.
class Update {
  #names = new Map();
  #values = new Map();
  #sets = [];
  #removes = [];
  #conditions = [];

  name(attribute) {
    return placeholder(this.#names, attribute, "#");
  }

  value(value) {
    return placeholder(this.#values, value, ":");
  }

  set(attribute, expression) {
    this.#sets.push(`${this.name(attribute)} = ${expression}`);
  }

  remove(attribute) {
    this.#removes.push(this.name(attribute));
  }

  require(condition) {
    this.#conditions.push(condition);
  }

  input(table, id) {
    const removes = this.#removes.length ? ` REMOVE ${this.#removes.join(", ")}` : "";
    return {
      TableName: table,
      Key: { [KEY]: { S: id } },
      UpdateExpression: `SET ${this.#sets.join(", ")}${removes}`,
      ConditionExpression: this.#conditions.join(" AND "),
      ExpressionAttributeNames: Object.fromEntries([...this.#names].map(([name, sign]) => [sign, name])),
      ExpressionAttributeValues: Object.fromEntries(
        [...this.#values].map(([value, sign]) => [sign, typeof value === "bigint" ? { N: String(value) } : { S: value }]),
      ),
      ReturnValues: "ALL_NEW",
      ReturnValuesOnConditionCheckFailure: "ALL_OLD",
    };
  }
}

function placeholder(known, value, sign) {
  if (!known.has(value)) known.set(value, `${sign}${known.size}`);
  return known.get(value);
}

// All limits of one item in one conditional write: all or none.
export function reserving(table, id, writes, { token, expires, lease }) {
  const update = new Update();
  for (const { how, limit, seen, level, ended } of writes) {
    const name = update.name(limit.attribute);
    if (how === "clamp") {
      update.require(`(attribute_not_exists(${name}) OR ${name} <= ${update.value(limit.floor)})`);
      update.set(limit.attribute, update.value(limit.floor + limit.cost));
    } else if (how === "add") {
      const [from, to] = [limit.floor - limit.slack, limit.ceiling - limit.cost];
      update.require(`${name} BETWEEN ${update.value(from)} AND ${update.value(to)}`);
      update.set(limit.attribute, `${name} + ${update.value(limit.cost)}`);
    } else if (how === "count") {
      update.require(`(attribute_not_exists(${name}) OR ${name} <= ${update.value(limit.ceiling - limit.cost)})`);
      update.set(limit.attribute, `if_not_exists(${name}, ${update.value(limit.floor)}) + ${update.value(limit.cost)}`);
    } else {
      update.require(`${name} = ${update.value(seen)}`);
      update.set(limit.attribute, update.value(level));
      for (const attribute of ended) {
        update.require(`attribute_exists(${update.name(attribute)})`);
        update.remove(attribute);
      }
    }
    if (limit.kind === "concurrent_requests") {
      update.set(leaseOf(limit, token), update.value(lease));
    }
  }
  const mark = update.name(markOf(token));
  update.require(`(attribute_not_exists(${mark}) OR ${mark} <> ${update.value(token)})`);
  update.set(markOf(token), update.value(token));
  update.set(EXPIRES, update.value(expires));
  return update.input(table, id);
}

export const leaseOf = ({ attribute }, token) => `${attribute}:${token}`;

// Gives back what was not used, adds what was used above the estimate, and frees slots: all or none.
export function settling(table, id, changes, { token, expires }) {
  const update = new Update();
  for (const { limit, delta } of changes) {
    const name = update.name(limit.attribute);
    // An item that TTL or an operator deleted has no debt and no credit.
    update.require(`attribute_exists(${name})`);
    if (limit.end !== undefined) {
      // The level of the next window does not belong to this request.
      update.require(`${name} < ${update.value(limit.floor + limit.length)}`);
    }
    if (limit.kind === "concurrent_requests") {
      // The lease proves that this was not done yet. The request that removed it has already counted it.
      update.require(`attribute_exists(${update.name(leaseOf(limit, token))})`);
      update.remove(leaseOf(limit, token));
    }
    update.set(limit.attribute, `${name} + ${update.value(delta)}`);
  }
  const mark = update.name(markOf(token));
  update.require(`${mark} <> ${update.value(settledMark(token))}`);
  update.set(markOf(token), update.value(settledMark(token)));
  update.set(EXPIRES, update.value(expires));
  return update.input(table, id);
}

export const settledMark = (token) => `${token}.`;
