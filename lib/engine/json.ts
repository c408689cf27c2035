/** Plain JSON. The engine has its own type so that it does not depend on the product. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

/** Step Functions' limit for an input, output, result or variable (aws.md 6). */
export const dataLimitBytes = 256 * 1024;

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** True if the value's JSON text is larger than Step Functions allows. */
export const isOverDataLimit = (value: Json): boolean => {
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) return false;
  const text = JSON.stringify(value);
  // A UTF-16 unit is at most three bytes of UTF-8, so short texts need no counting.
  return text.length * 3 > dataLimitBytes && Buffer.byteLength(text) > dataLimitBytes;
};

/** Thrown for a value that has no JSON form: a function. */
export class NotJson extends Error {
  override readonly name = 'NotJson';
}

/** A deep copy that contains only JSON, or undefined if the value is undefined. Throws NotJson for a function. */
export const toPlainJson = (value: unknown): Json | undefined => {
  if (value === undefined || value === null) return value;
  if (typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} is not a JSON number`);
    return value;
  }
  if (typeof value !== 'object') throw new NotJson(`a ${typeof value} is not JSON`);
  if (Array.isArray(value)) return value.map((member) => toPlainJson(member) ?? null);
  // JSONata represents its own functions as marked objects.
  if ('_jsonata_function' in value || '_jsonata_lambda' in value) throw new NotJson('a function is not JSON');
  const copy: Record<string, Json> = {};
  for (const [key, member] of Object.entries(value)) {
    const plain = toPlainJson(member);
    if (plain !== undefined) copy[key] = plain;
  }
  return copy;
};

/** The name that Step Functions' JSONata messages use for the type of a value. */
export const jsonTypeName = (value: Json): string => {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
};
