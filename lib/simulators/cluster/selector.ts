import type { KubeObject } from './kube-object.ts';

export type Matches = (object: KubeObject) => boolean;

/** `labelSelector`: equality (`a=b`, `a==b`, `a!=b`), sets (`a in (b,c)`, `a notin (b)`) and existence (`a`, `!a`). */
export function labelSelector(text: string | null): Matches {
  const tests = splitOutsideBrackets(text ?? '').map(labelTest);
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

/** `fieldSelector`: equality of any path into the object, as in `metadata.name=x,involvedObject.uid=y`. */
export function fieldSelector(text: string | null): Matches {
  const tests = splitOutsideBrackets(text ?? '').map((part) => {
    const [, path = '', operator = '=', value = ''] = /^([^!=]+)(==|!=|=)(.*)$/.exec(part) ?? [];
    return (object: KubeObject) => (fieldAt(object, path) === value) === (operator !== '!=');
  });
  return (object) => tests.every((test) => test(object));
}

type Labels = Readonly<Record<string, string>>;

function labelTest(part: string): (labels: Labels) => boolean {
  const set = /^([^\s!=]+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(part);
  if (set !== null) {
    const values = (set[3] ?? '').split(',').map((value) => value.trim());
    return (labels) => values.includes(labels[set[1] ?? ''] ?? '') === (set[2] === 'in');
  }
  const equality = /^([^\s!=]+)\s*(==|!=|=)\s*(.*)$/.exec(part);
  if (equality !== null) return (labels) => (labels[equality[1] ?? ''] === equality[3]) === (equality[2] !== '!=');
  return part.startsWith('!')
    ? (labels) => labels[part.slice(1)] === undefined
    : (labels) => labels[part] !== undefined;
}

const splitOutsideBrackets = (text: string): readonly string[] =>
  text
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter((part) => part !== '');

function fieldAt(object: KubeObject, path: string): string {
  let value: unknown = object;
  for (const key of path.split('.')) {
    value = typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[key] : undefined;
  }
  return value === undefined || value === null ? '' : String(value);
}
