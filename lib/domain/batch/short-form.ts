import type { Finding, Path, Wording } from './findings.ts';
import { type IssueCode, issueCodes } from './issues.ts';
import { isMapping, type Mapping } from './mapping.ts';
import { metadataFields } from './schema.ts';

/** One service in `releases`, the short form of `deployments`. */
export interface ShortEntry {
  readonly pillar: string;
  readonly service: string;
  /** A version, or a mapping. */
  readonly value: unknown;
}

interface ReadEntries {
  readonly entries: readonly ShortEntry[];
  readonly problems: readonly Finding[];
}

type OffsetOf = (path: Path, at: 'key') => number;

const example = 'for example releases: { risk: { cva: "1.2.0" } }';

/** The services of `releases`, in file order. */
export const readEntries = (releases: unknown, offsetOf: OffsetOf): ReadEntries => {
  const problems: Finding[] = [];
  const report = (path: Path, code: IssueCode, wording: Wording): void => {
    problems.push({ offset: offsetOf(path, 'key'), path, code, describe: () => wording });
  };
  const servicesOf = (pillar: string, services: unknown): ShortEntry[] => {
    const found = membersOf(services);
    if (found.length === 0) report(['releases', pillar], ...noMembers(services, 'services with their versions'));
    return found.map(([service, value]) => ({ pillar, service, value }));
  };
  const pillars = membersOf(releases);
  if (pillars.length === 0) report(['releases'], ...noMembers(releases, 'pillars with their services'));
  const entries = pillars.flatMap(([pillar, services]) => servicesOf(pillar, services));
  for (const entry of entries) checkNames(entry, report);
  return { entries, problems };
};

const membersOf = (value: unknown): readonly [string, unknown][] => (isMapping(value) ? Object.entries(value) : []);

const noMembers = (value: unknown, needed: string): [IssueCode, Wording] => {
  const isEmpty = value === null || isMapping(value);
  const found = isEmpty ? 'is empty' : Array.isArray(value) ? 'is a list' : 'is no mapping';
  return [
    isEmpty ? issueCodes.OutOfRange : issueCodes.WrongType,
    { message: `${found}; a mapping of ${needed} is needed`, hint: example },
  ];
};

/** Names of the long form that have another name here, or are not needed. */
const longNames: Readonly<Record<string, string>> = {
  docker_image_version: 'did you mean `version`?',
  metadata: 'write its fields here, next to version',
  pillar: 'the key above already names it',
  service_name: 'the key above says it',
};

const checkNames = (
  { pillar, service, value }: ShortEntry,
  report: (path: Path, code: IssueCode, wording: Wording) => void,
): void => {
  for (const key of Object.keys(isMapping(value) ? value : {})) {
    if (!Object.hasOwn(longNames, key)) continue;
    report(['releases', pillar, service, key], issueCodes.UnknownKey, {
      message: 'unknown key in the short form',
      hint: longNames[key],
    });
  }
};

/** The same in the long form. */
export const longForm = ({ pillar, service, value }: ShortEntry): Mapping => {
  const names = { pillar, service_name: service };
  if (!isMapping(value)) return { ...names, docker_image_version: value };
  const { version, ...others } = value;
  const fields = Object.entries(others).filter(([key]) => !Object.hasOwn(longNames, key));
  const settings = fields.filter(([key]) => metadataFields.has(key));
  const asked = version ?? value.docker_image_version;
  return {
    ...names,
    ...(asked === undefined ? {} : { docker_image_version: asked }),
    ...Object.fromEntries(fields.filter(([key]) => !metadataFields.has(key))),
    ...(settings.length === 0 ? {} : { metadata: Object.fromEntries(settings) }),
  };
};

/** The path in the short form for a field of the long form. */
export const shortPath = ({ pillar, service, value }: ShortEntry, [field, ...rest]: Path): Path => {
  const entry = ['releases', pillar, service];
  if (field === undefined || field === 'service_name') return entry;
  if (field === 'pillar') return ['releases', pillar];
  if (field === 'metadata') return [...entry, ...rest];
  if (field !== 'docker_image_version') return [...entry, field, ...rest];
  if (!isMapping(value)) return entry;
  return [...entry, value.version === undefined && value.docker_image_version !== undefined ? field : 'version'];
};
