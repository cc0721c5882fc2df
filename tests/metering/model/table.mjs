// DynamoDB's UpdateItem on one table, for the expressions that the function writes: a second reading of what they say.

export class Table {
  items = new Map();

  update(input) {
    const key = input.Key.id.S;
    const item = this.items.get(key) ?? {};
    const held = evaluate(input.ConditionExpression, input, item);
    if (!held) throw Object.assign(new Error("failed"), { name: "ConditionalCheckFailedException", Item: { ...item } });
    const next = { ...item, id: input.Key.id };
    const [sets, removes = ""] = input.UpdateExpression.replace(/^SET /, "").split(" REMOVE ");
    // Commas inside a call do not separate.
    for (const set of sets.replace(/(\([^)]*), /g, "$1; ").split(", ")) {
      const [target, expression] = set.split(" = ");
      next[name(target, input)] = sum(expression, input, item);
    }
    for (const removed of removes.split(", ").filter(Boolean)) delete next[name(removed, input)];
    this.items.set(key, next);
    return { Attributes: { ...next } };
  }
}

const name = (sign, input) => input.ExpressionAttributeNames[sign];
const operand = (sign, input, item) =>
  sign.startsWith("#") ? item[name(sign, input)] : input.ExpressionAttributeValues[sign];

function sum(expression, input, item) {
  const parts = expression.split(" + ").map((part) => {
    const [, attribute, otherwise] = /^if_not_exists\((\S+); (\S+)\)$/.exec(part) ?? [];
    return attribute ? (operand(attribute, input, item) ?? operand(otherwise, input, item)) : operand(part, input, item);
  });
  if (parts.some((part) => part === undefined)) throw new Error(`no such attribute in ${expression}`);
  if (parts.length === 1) return parts[0];
  return { N: String(parts.reduce((total, { N }) => total + BigInt(N), 0n)) };
}

function evaluate(text, input, item) {
  const tokens = text.match(/\(|\)|[a-z_]+\([^()]*\)|AND|OR|BETWEEN|<=|<>|<|=|[#:]\d+/g);
  let at = 0;
  const any = () => {
    let held = all();
    while (tokens[at] === "OR") held = (at++, all()) || held;
    return held;
  };
  const all = () => {
    let held = one();
    while (tokens[at] === "AND") held = (at++, one()) && held;
    return held;
  };
  const one = () => {
    const token = tokens[at++];
    if (token === "(") {
      const held = any();
      at++;
      return held;
    }
    const call = /^(\w+)\((.*)\)$/.exec(token);
    if (call) return (call[1] === "attribute_exists") === (operand(call[2], input, item) !== undefined);
    const left = operand(token, input, item);
    const sign = tokens[at++];
    const right = operand(tokens[at++], input, item);
    if (sign === "BETWEEN") {
      at++;
      const top = operand(tokens[at++], input, item);
      return left !== undefined && compare(left, right) >= 0 && compare(left, top) <= 0;
    }
    if (sign === "<>") return left === undefined || compare(left, right) !== 0;
    if (left === undefined) return false;
    const order = compare(left, right);
    return { "=": order === 0, "<": order < 0, "<=": order <= 0 }[sign];
  };
  return any();
}

function compare(left, right) {
  if (left.N !== undefined && right.N !== undefined) {
    const [one, other] = [BigInt(left.N), BigInt(right.N)];
    return one < other ? -1 : one > other ? 1 : 0;
  }
  return left.S < right.S ? -1 : left.S > right.S ? 1 : left.S === right.S ? 0 : NaN;
}
