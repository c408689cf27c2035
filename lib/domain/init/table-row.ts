import { versionProblem } from '../batch/check-version.ts';
import { quoted } from '../batch/findings.ts';
import type { Issue, IssueCode } from '../batch/issues.ts';
import { fittingPillar, type WrittenService } from './settle-services.ts';
import type { Column } from './table-columns.ts';
import { writtenImage } from './written-image.ts';

export interface TableField {
  readonly value: string;
  readonly line: number;
  /** In characters, from 1. */
  readonly column: number;
}

export type TableRecord = readonly TableField[];

export interface TableForm {
  /** The index of each column. */
  readonly places: ReadonlyMap<Column, number>;
  readonly width: number;
  /** For rows that name none. */
  readonly pillar: string;
}

export interface TableRow {
  readonly service: WrittenService;
  readonly issues: readonly Issue[];
  /** Where its dependencies are written. */
  readonly needsAt: Pick<TableField, 'line' | 'column'>;
}

export const issueOf = (
  { line, column }: Pick<TableField, 'line' | 'column'>,
  code: IssueCode,
  [message, path = '']: readonly [message: string, path?: string],
): Issue => ({ line, column, path, message, code });

/** Reads one row, which has at least one field. */
export const readRow = (row: TableRecord, form: TableForm): TableRow => {
  const [first] = row as readonly [TableField];
  const fieldOf = (column: Column): TableField | undefined => row[form.places.get(column) ?? -1];
  const textOf = (column: Column): string | undefined => fieldOf(column)?.value || undefined;
  const release = releaseOf(textOf('image'), textOf('version'));
  const problems = [
    ...(textOf('service') === undefined ? [{ column: 'service', message: 'is missing' } as const] : []),
    ...release.problems,
    ...nameProblems(textOf),
  ];
  const issues = problems.map(({ column, message }) =>
    issueOf(fieldOf(column) ?? first, message === 'is missing' ? 'Missing' : 'BadFormat', [message, column]),
  );
  return {
    issues: [...tooWide(row, form), ...issues],
    needsAt: fieldOf('dependencies') ?? first,
    service: serviceOf(textOf, { line: first.line, pillar: form.pillar, release }),
  };
};

type TextOf = (column: Column) => string | undefined;

interface Problem {
  readonly column: Column;
  readonly message: string;
}

interface Release {
  readonly image?: string;
  readonly version?: string;
  readonly problems: readonly Problem[];
}

const tooWide = (row: TableRecord, { width }: TableForm): readonly Issue[] => {
  const extra = row[width];
  if (extra === undefined) return [];
  const message = `the row has ${row.length} values, but the header has ${width}; quote values that contain a separator`;
  return [issueOf(extra, 'NotAllowed', [message])];
};

/** The version from its own column, else from the image. */
const releaseOf = (reference: string | undefined, version: string | undefined): Release => {
  const read = reference === undefined ? undefined : writtenImage(reference);
  if (read !== undefined && 'problem' in read) return { problems: [{ column: 'image', message: read.problem }] };
  const image = read === undefined ? {} : { image: read.image };
  if (version === undefined) {
    const hasOwn = reference !== undefined && /[:@]/.test(reference.slice(reference.lastIndexOf('/') + 1));
    if (hasOwn && read !== undefined) return { ...image, version: read.version, problems: [] };
    return { ...image, problems: [{ column: 'version', message: 'is missing' }] };
  }
  const problem = versionProblem(version, 'docker');
  return {
    ...image,
    version,
    problems: problem === undefined ? [] : [{ column: 'version', message: problem.message }],
  };
};

const name = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/;
export const namespaceName = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const forms: readonly (readonly [column: Column, pattern: RegExp, letters: string])[] = [
  ['cluster', name, 'letters, digits, ".", "-" and "_"'],
  ['environment', name, 'letters, digits, ".", "-" and "_"'],
  ['namespace', namespaceName, 'lower-case letters, digits and "-"'],
];

/** These refer to existing things, so invalid names are not replaced. */
const nameProblems = (textOf: TextOf): readonly Problem[] =>
  forms.flatMap(([column, pattern, letters]) => {
    const value = textOf(column);
    if (value === undefined || pattern.test(value)) return [];
    return [{ column, message: `${quoted(value)} is not a valid name; write ${letters}` }];
  });

interface Surroundings {
  readonly line: number;
  readonly pillar: string;
  readonly release: Release;
}

/** A batch accepts a pillar in any letter case. */
const idOf = (need: string): string => {
  const slash = need.indexOf('/');
  return slash === -1 ? need : `${fittingPillar(need.slice(0, slash))}${need.slice(slash)}`;
};

const serviceOf = (
  textOf: TextOf,
  { line, pillar, release: { image, version = '' } }: Surroundings,
): WrittenService => {
  const called = textOf('service') ?? '';
  const own = textOf('pillar');
  const places = (['namespace', 'cluster', 'environment'] as const).flatMap((column) => {
    const value = textOf(column);
    return value === undefined ? [] : [[column, value] as const];
  });
  return {
    ...{ line, called, version, artifact: 'docker' },
    ids: [called, `${fittingPillar(own ?? pillar)}/${called}`],
    needs: (textOf('dependencies') ?? '').split(/[\s,;|]+/).flatMap((need) => (need === '' ? [] : [idOf(need)])),
    ...(own === undefined ? {} : { pillar: own }),
    ...(image === undefined ? {} : { image }),
    ...Object.fromEntries(places),
  };
};
