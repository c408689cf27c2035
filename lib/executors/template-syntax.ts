import type { Json } from '../domain/json.ts';

/** Where a text that a tool might fill in was found. */
export interface TemplateFound {
  /** For example `metadata.tags[1]`. */
  readonly field: string;
  readonly text: string;
}

/**
 * The first text, at any depth, that matches `syntax`. A tool's template syntax is refused, never escaped: escaping
 * needs complete knowledge of it.
 */
export const findTemplate = (value: Json, syntax: RegExp, field = ''): TemplateFound | undefined => {
  if (typeof value === 'string') return syntax.test(value) ? { field, text: value } : undefined;
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const place = Array.isArray(value) ? `${field}[${Number(name) + 1}]` : field === '' ? name : `${field}.${name}`;
    const found = findTemplate(member, syntax, place);
    if (found !== undefined) return found;
  }
  return undefined;
};
