import { badRequest, invalid } from './api-status.ts';

type Fields = Record<string, unknown>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The patch types of the API server by content type; each gives a new object. */
export function applyPatch(contentType: string, object: unknown, patch: unknown): unknown {
  switch (contentType.split(';')[0]?.trim()) {
    case 'application/json-patch+json':
      return jsonPatch(object, patch);
    case 'application/merge-patch+json':
      return mergePatch(object, patch);
    case 'application/strategic-merge-patch+json':
      return strategicMerge(object, patch);
    default:
      throw badRequest(`the patch type ${contentType} is not known`);
  }
}

/** RFC 7386. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete result[key];
    else result[key] = mergePatch(result[key], value);
  }
  return result;
}

/** Lists that Kubernetes merges by a key rather than replaces. */
const mergeKeys: Readonly<Record<string, readonly string[]>> = {
  containers: ['name'],
  initContainers: ['name'],
  env: ['name'],
  volumes: ['name'],
  ports: ['containerPort', 'port'],
  volumeMounts: ['mountPath'],
  conditions: ['type'],
  ownerReferences: ['uid'],
};

/** Strategic enough: objects merge, the lists above merge by their key, `$patch: delete` removes, other lists replace. */
function strategicMerge(target: unknown, patch: unknown): unknown {
  if (!isFields(patch)) return patch;
  const result: Fields = isFields(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith('$')) continue;
    const keys = Object.hasOwn(mergeKeys, key) ? mergeKeys[key] : undefined;
    if (value === null) delete result[key];
    else if (Array.isArray(value) && keys !== undefined) result[key] = mergeList(result[key], value, keys);
    else result[key] = strategicMerge(result[key], value);
  }
  return result;
}

function mergeList(target: unknown, patch: readonly unknown[], keys: readonly string[]): unknown[] {
  const result: unknown[] = Array.isArray(target) ? [...target] : [];
  for (const item of patch) {
    const key = isFields(item) ? keys.find((one) => item[one] !== undefined) : undefined;
    const at = key === undefined ? -1 : result.findIndex((one) => isFields(one) && one[key] === (item as Fields)[key]);
    if (isFields(item) && item.$patch === 'delete') {
      if (at >= 0) result.splice(at, 1);
    } else if (at >= 0) result[at] = strategicMerge(result[at], item);
    else result.push(strategicMerge(undefined, item));
  }
  return result;
}

/** RFC 6902: add, remove, replace, test, copy and move. */
function jsonPatch(target: unknown, patch: unknown): unknown {
  if (!Array.isArray(patch)) throw badRequest('a JSON patch is a list of operations');
  const root = { '': structuredClone(target) };
  for (const step of patch) {
    if (!isFields(step)) throw badRequest('a JSON patch operation is an object');
    const path = String(step.path);
    if (step.op === 'test') {
      if (JSON.stringify(read(root, path)) !== JSON.stringify(step.value))
        throw invalid(`testing path ${path} value failed`);
    } else if (step.op === 'copy' || step.op === 'move') {
      const value = structuredClone(read(root, String(step.from)));
      if (step.op === 'move') write(root, String(step.from), 'remove', undefined);
      write(root, path, 'add', value);
    } else if (step.op === 'add' || step.op === 'remove' || step.op === 'replace')
      write(root, path, step.op, step.value);
    else throw badRequest(`the JSON patch operation ${String(step.op)} is not known`);
  }
  return root[''];
}

const pointer = (path: string): string[] =>
  path.split('/').map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));

function read(root: unknown, path: string): unknown {
  return pointer(path).reduce<unknown>((value, key) => (value as Fields | undefined)?.[key], root);
}

function write(root: Fields, path: string, op: 'add' | 'remove' | 'replace', value: unknown): void {
  const keys = pointer(path);
  const last = keys.pop() ?? '';
  const parent = keys.reduce<unknown>((at, key) => (at as Fields | undefined)?.[key], root);
  if (Array.isArray(parent)) {
    const index = last === '-' ? parent.length : Number(last);
    if (op === 'replace') parent[index] = value;
    else if (op === 'add') parent.splice(index, 0, value);
    else parent.splice(index, 1);
  } else if (isFields(parent)) {
    if (op !== 'add' && parent[last] === undefined) throw invalid(`the path ${path} does not exist`);
    if (op === 'remove') delete parent[last];
    else parent[last] = value;
  } else throw invalid(`the path ${path} does not exist`);
}
