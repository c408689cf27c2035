import { listed, quoted } from '../batch/findings.ts';
import type { Issue } from '../batch/issues.ts';
import { maxDeployments } from '../batch/schema.ts';
import type { FoundInFile, Note } from './found-service.ts';
import { fittingPillar, settleServices, type WrittenService } from './settle-services.ts';
import { type Column, columnOf, columns } from './table-columns.ts';
import { issueOf, readRow, type TableForm, type TableRecord, type TableRow } from './table-row.ts';

export interface TableOptions {
  /** For rows that name none. */
  readonly pillar: string | undefined;
  /** Rows of other environments are left out. */
  readonly environment: string | undefined;
}

/** Reads a table with a header and one row per service. Returns the services, or every problem at once. */
export const readTable = (
  [header = [], ...rows]: readonly TableRecord[],
  { pillar = 'default', environment }: TableOptions,
): FoundInFile | { readonly issues: readonly Issue[] } => {
  const form = readHeader(header);
  if (form.issues.length > 0) return { issues: form.issues };
  const tooMany = rows[maxDeployments]?.[0];
  if (tooMany !== undefined) return { issues: [issueOf(tooMany, 'TooLarge', [`more than ${maxDeployments} rows`])] };
  const read = rows.map((row) => readRow(row, { ...form, pillar }));
  const wanted = read.filter(({ service }) => isWanted(service, environment));
  const services = wanted.map(({ service }) => service);
  const left = read
    .filter(({ service }) => !isWanted(service, environment))
    .map(({ service }) => ({ ...service, why: `its environment is ${service.environment}` }));
  const settled = settleServices(services, { usualPillar: pillar, left });
  const issues = [
    ...read.flatMap((one) => one.issues),
    ...repeated(services, pillar),
    ...unresolvedIssues(settled.unresolved, wanted),
  ];
  if (issues.length > 0) return { issues: inOrder(issues) };
  return {
    services: settled.services,
    notes: [...form.notes, ...leftOutNotes(read.length - wanted.length), ...settled.notes],
  };
};

const isWanted = ({ environment: own }: WrittenService, environment: string | undefined): boolean =>
  environment === undefined || own === undefined || own === environment;

const leftOutNotes = (count: number): readonly Note[] =>
  count === 0 ? [] : [{ line: 1, about: 'environment', message: `rows of other environments are left out: ${count}` }];

interface Header extends Pick<TableForm, 'places' | 'width'> {
  readonly issues: readonly Issue[];
  readonly notes: readonly Note[];
}

const readHeader = (header: TableRecord): Header => {
  const places = new Map<Column, number>();
  const issues: Issue[] = [];
  const notes: Note[] = [];
  header.forEach((field, place) => {
    const column = columnOf(field.value);
    const other = column === undefined ? undefined : places.get(column);
    if (column === undefined) {
      notes.push({
        line: field.line,
        about: field.value,
        message: 'init does not know this column, and leaves it out',
      });
    } else if (other === undefined) places.set(column, place);
    else {
      const message = `${quoted(field.value)} means ${column}, and so does ${quoted(header[other]!.value)}; remove one`;
      issues.push(issueOf(field, 'NotAllowed', [message]));
    }
  });
  return { places, width: header.length, issues: [...issues, ...lacking(header, places)], notes };
};

const lacking = (
  [first = { value: '', line: 1, column: 1 }]: TableRecord,
  places: Header['places'],
): readonly Issue[] => {
  const known = `known columns: ${listed(columns)}`;
  const missing = [
    ...(places.has('service') ? [] : [`the header has no column service; ${known}`]),
    ...(places.has('version') || places.has('image') ? [] : [`the header has neither version nor image; ${known}`]),
  ];
  return missing.map((message) => issueOf(first, 'Missing', [message]));
};

/** Nobody reads more than this many at once. */
const mostIssues = 200;

const inOrder = (issues: readonly Issue[]): readonly Issue[] => {
  const sorted = issues.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const more = sorted[mostIssues];
  if (more === undefined) return sorted;
  return [
    ...sorted.slice(0, mostIssues),
    issueOf(more, 'MoreIssues', [`and ${sorted.length - mostIssues} more problems`]),
  ];
};

const unresolvedIssues = (notes: readonly Note[], rows: readonly TableRow[]): readonly Issue[] => {
  const places = new Map(rows.map(({ service, needsAt }) => [service.line, needsAt]));
  return notes.map(({ line, message }) =>
    issueOf(places.get(line) ?? { line, column: 1 }, 'UnknownDependency', [message, 'dependencies']),
  );
};

/** A batch deploys each service once. */
const repeated = (services: readonly WrittenService[], pillar: string): readonly Issue[] => {
  const first = new Map<string, WrittenService>();
  return services.flatMap((one) => {
    const key = `${fittingPillar(one.pillar ?? pillar)}/${one.called}`;
    const earlier = first.get(key);
    if (earlier === undefined) first.set(key, one);
    if (earlier === undefined || one.called === '') return [];
    const isElsewhere = one.environment !== earlier.environment;
    const hint = isElsewhere ? 'choose an environment by --environment' : 'remove one of the two';
    const message = `${key} is on line ${earlier.line} already; ${hint}`;
    return [issueOf({ line: one.line, column: 1 }, 'Duplicate', [message, 'service'])];
  });
};
