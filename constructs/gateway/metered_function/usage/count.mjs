// A number of tokens as a backend reports it. Anything else counts as nothing.
export const count = (value) => (Number.isSafeInteger(value) && value > 0 ? value : 0);

// Without the fields that a backend left out, so that they do not overwrite the values of an earlier event.
export function given(fields) {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(said.map(([name, value]) => [name, typeof value === "boolean" ? value : count(value)]));
}
