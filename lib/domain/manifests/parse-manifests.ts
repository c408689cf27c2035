import { mebibytes } from '../batch/batch-size.ts';
import { type Finding, type Path, presentFindings } from '../batch/findings.ts';
import { issueCodes } from '../batch/issues.ts';
import { readYaml, type YamlText } from '../batch/read-yaml.ts';
import { countMarks, yamlLimits } from '../batch/yaml-limits.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { stringAt, valueAt } from '../rollout/kubernetes-object.ts';
import { checkIdentity } from './check-identity.ts';
import { type ManifestIssue, type ManifestObject, objectKey, objectTitle } from './manifest-object.ts';
import { plainValue, type Room } from './plain-value.ts';
import { type ManifestDocument, splitManifests } from './split-manifests.ts';

/** Limits for one deployment's manifests. An API server accepts about 1.5 MiB per object, in its own encoding. */
export const manifestLimits = { bytes: 4 * 1024 * 1024, objects: 1000, objectBytes: 1024 * 1024 } as const;

export interface ParsedManifests {
  /** In the order of the text. If there are issues, only the objects that could be read. */
  readonly objects: readonly ManifestObject[];
  /** Every problem. If there are any, the objects must not be used. */
  readonly issues: readonly ManifestIssue[];
}

/** Reads multi-document YAML or JSON into objects and takes lists of objects apart. Returns every problem at once. */
export const parseManifests = (text: string): ParsedManifests => {
  const refusal = sizeProblem(text);
  if (refusal !== undefined) return { objects: [], issues: [issueOfText(refusal)] };
  // Expanded aliases are copied. Several times the text's size is enough for everyone and bounds the work.
  const room: Room = { left: manifestLimits.bytes * 4 };
  const read = splitManifests(text).map((document) => readDocument(document, room));
  const objects = read.flatMap((one) => one.objects);
  const issues = [...read.flatMap((one) => one.issues), ...doubles(objects)];
  if (room.left < 0) issues.push(issueOfText('too large with all aliases expanded'));
  if (objects.length > manifestLimits.objects)
    issues.push(issueOfText(`has ${objects.length} objects; ${manifestLimits.objects} are allowed`));
  if (objects.length === 0 && issues.length === 0)
    issues.push({ ...issueOfText('has no objects'), code: issueCodes.Missing });
  return { objects, issues };
};

const sizeProblem = (text: string): string | undefined => {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes > manifestLimits.bytes) return `has ${bytes} bytes; ${mebibytes(manifestLimits.bytes)} are allowed`;
  return countMarks(text) > yamlLimits.marks ? 'has too many lines, list items and keys' : undefined;
};

const issueOfText = (message: string): ManifestIssue => ({
  line: 1,
  column: 1,
  path: '',
  message,
  code: issueCodes.TooLarge,
});

const readDocument = (document: ManifestDocument, room: Room): ParsedManifests => {
  const { text, file, line } = document;
  const shifted = <One extends { readonly line: number }>(one: One): One => ({ ...one, line: one.line + line - 1 });
  const yaml = readYaml(text, file);
  if ('issues' in yaml) return { objects: [], issues: yaml.issues.map(shifted) };
  const { value, findings } = plainValue(yaml, text, room);
  const ofText = present([...yaml.findings, ...findings], yaml, document);
  if (value === null && ofText.length === 0) return { objects: [], issues: [] };
  const members = membersOf(value, []);
  const issues = members.flatMap(({ object, at }) => {
    const wrong = [...checkIdentity(object, at, yaml), ...sizeOf(object, at, yaml)];
    const title = isObject(object) && stringAt(object, 'kind') !== undefined ? { object: objectTitle(object) } : {};
    return present(wrong, yaml, document).map((issue) => ({ ...issue, ...title }));
  });
  const objects = members.flatMap(({ object, at }) =>
    isObject(object) ? [located(object, at, { yaml, document })] : [],
  );
  return { objects, issues: [...ofText, ...issues] };
};

const present = (
  findings: readonly Finding[],
  { lineOf }: YamlText,
  { file, line }: ManifestDocument,
): readonly ManifestIssue[] =>
  presentFindings(findings, lineOf, file).map((issue) => ({ ...issue, line: issue.line + line - 1 }));

const located = (
  object: JsonObject,
  at: Path,
  { yaml, document }: { readonly yaml: YamlText; readonly document: ManifestDocument },
): ManifestObject => {
  const placeOf = (path: Path) => {
    const { line, column } = yaml.lineOf(yaml.offsetOf([...at, ...path], 'key'));
    return { line: line + document.line - 1, column };
  };
  return { object, line: placeOf([]).line, placeOf, ...(document.file === undefined ? {} : { file: document.file }) };
};

interface Member {
  readonly object: Json;
  readonly at: Path;
}

/** A list of objects, as `kubectl get -o yaml` writes it, stands for its items. */
const membersOf = (value: Json, at: Path): readonly Member[] => {
  const items = valueAt(value, 'items');
  const isList = /List$/.test(stringAt(value, 'kind') ?? '') && Array.isArray(items);
  return isList
    ? items.flatMap((item: Json, place) => membersOf(item, [...at, 'items', place]))
    : [{ object: value, at }];
};

const sizeOf = (object: Json, at: Path, yaml: YamlText): readonly Finding[] => {
  const bytes = new TextEncoder().encode(JSON.stringify(object)).length;
  if (bytes <= manifestLimits.objectBytes) return [];
  const message = `has ${bytes} bytes; an object may have ${mebibytes(manifestLimits.objectBytes)}`;
  return [{ offset: yaml.offsetOf(at), path: [], code: issueCodes.TooLarge, describe: () => ({ message }) }];
};

/** It is not clear which of two would win. */
const doubles = (objects: readonly ManifestObject[]): readonly ManifestIssue[] => {
  const first = new Map<string, ManifestObject>();
  return objects.flatMap((one) => {
    const key = objectKey(one.object);
    const known = first.get(key);
    if (known === undefined) first.set(key, one);
    return known === undefined || stringAt(one.object, 'metadata', 'name') === undefined ? [] : [doubled(one, known)];
  });
};

/** The problem of an object that is in the same manifests twice. */
export const doubled = (one: ManifestObject, first: ManifestObject): ManifestIssue => ({
  ...one.placeOf([]),
  path: '',
  object: objectTitle(one.object),
  message: `appears twice: first at ${first.file === undefined ? 'line ' : `${first.file}:`}${first.line}`,
  hint: 'remove one of the two',
  code: issueCodes.Duplicate,
  ...(one.file === undefined ? {} : { file: one.file }),
});
