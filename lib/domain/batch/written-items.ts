import { isMap, isScalar, isSeq, type Pair, parseDocument, type YAMLMap } from 'yaml';
import { isJson } from './is-json.ts';

/** One deployment of a batch as it is written. */
export interface WrittenItem {
  readonly pillar: unknown;
  readonly service: unknown;
  /** Where its version is written. */
  readonly version: unknown;
  /** Absent if there is only a version. */
  readonly fields?: YAMLMap;
}

/** The text with a space for each leading tab, as the parser needs it. All places stay the same. */
export const parsableText = (text: string): string =>
  isJson(text) ? text.replace(/^[\t ]+/gm, (indent) => ' '.repeat(indent.length)) : text;

/** A batch's items in both forms, without what aliases stand for. */
export const writtenItems = (text: string): readonly WrittenItem[] => {
  const { contents } = parseDocument(parsableText(text), { keepSourceTokens: false, stringKeys: true });
  if (!isMap(contents)) return [];
  const list = contents.get('deployments', true);
  const items = (isSeq(list) ? list.items : []).filter((item) => isMap(item)) as YAMLMap[];
  return [...items.map(inLongForm), ...pairsOf(contents.get('releases', true)).flatMap(inShortForm)];
};

const inLongForm = (fields: YAMLMap): WrittenItem => ({
  pillar: fields.get('pillar'),
  service: fields.get('service_name'),
  version: nodeAt(fields, 'docker_image_version'),
  fields,
});

const inShortForm = ({ key: pillar, value: services }: Pair): readonly WrittenItem[] =>
  pairsOf(services).map(({ key: service, value }) => {
    const names = { pillar: nameOf(pillar), service: nameOf(service) };
    return isMap(value) ? { ...names, version: nodeAt(value, 'version'), fields: value } : { ...names, version: value };
  });

const pairsOf = (node: unknown): readonly Pair[] => (isMap(node) ? node.items : []);

const nameOf = (key: unknown): unknown => (isScalar(key) ? key.value : undefined);

/** The value of a key; undefined if a merge key brings it. */
export const nodeAt = (fields: YAMLMap, name: string): unknown =>
  fields.items.find(({ key }) => nameOf(key) === name)?.value;
