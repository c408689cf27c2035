import { listed, quoted } from '../batch/findings.ts';
import type { Issue } from '../batch/issues.ts';
import { isMapping, type Mapping } from '../batch/mapping.ts';
import type { YamlText } from '../batch/read-yaml.ts';
import { counted } from '../counted.ts';
import { withoutCredentials } from '../masking/addresses.ts';
import { blankTemplates, templateMark } from './blank-templates.ts';
import type { FoundInFile, Note } from './found-service.ts';
import { inOrder, leftOutOfIt } from './read-compose.ts';
import { settleServices, type UnwrittenService, type WrittenService } from './settle-services.ts';
import { sourceYaml } from './source-yaml.ts';
import { namespaceName } from './table-row.ts';

/** Nobody writes more than this in one file. */
const mostDocuments = 100;

/**
 * Reads the releases of a Helmfile: name, namespace, chart, version and needs. Templates are not rendered: whatever
 * depends on one is left out, and its line is noted. `pillar` is for releases without a namespace.
 */
export const readHelmfile = (
  text: string,
  pillar: string | undefined,
): FoundInFile | { readonly issues: readonly Issue[] } => {
  const blanked = blankTemplates(text.replace(/^\uFEFF/, '').replace(/\r\n?/g, '\n'));
  const documents = documentsIn(blanked.text);
  if (documents.length > mostDocuments) {
    return {
      issues: [{ line: 1, column: 1, path: '', code: 'TooLarge', message: `more than ${mostDocuments} documents` }],
    };
  }
  const read = documents.map(readDocument);
  const issues = read.flatMap((one) => ('issues' in one ? one.issues : []));
  if (issues.length > 0) return { issues: blanked.lines.length === 0 ? issues : issues.map(perhapsTemplate) };
  const all = read.flatMap((one) => ('issues' in one ? [] : [one]));
  const { releases, notes: repeated } = withoutRepeated(all.flatMap((one) => one.releases));
  const { services, notes, unresolved } = settleServices(releases, {
    usualPillar: pillar ?? 'default',
    left: all.flatMap((one) => one.left),
  });
  const told = [...all.flatMap((one) => one.notes), ...repeated, ...notes, ...unresolved.map(leftOutOfIt)];
  return { services, notes: inOrder([...templateNotes(blanked.lines), ...told]) };
};

interface Document {
  readonly text: string;
  /** The number of lines before it. */
  readonly before: number;
}

const documentsIn = (text: string): readonly Document[] => {
  const lines = text.split('\n');
  const marks = lines.flatMap((line, index) => (/^---(?:\s|$)/.test(line) ? [index] : []));
  return [-1, ...marks]
    .map((mark, at) => ({ text: lines.slice(mark + 1, marks[at]).join('\n'), before: mark + 1 }))
    .filter((document) => document.text.split('\n').some((line) => !/^\s*(?:#|$)/.test(line)));
};

const perhapsTemplate = (issue: Issue): Issue => ({
  ...issue,
  hint: 'templates {{ … }} are not rendered; give init what helmfile build prints',
});

interface ReadDocument {
  readonly releases: readonly WrittenService[];
  readonly left: readonly UnwrittenService[];
  readonly notes: readonly Note[];
}

const readDocument = ({ text, before }: Document): ReadDocument | { readonly issues: readonly Issue[] } => {
  const yaml = sourceYaml(text);
  if ('issues' in yaml) return { issues: yaml.issues.map((issue) => ({ ...issue, line: issue.line + before })) };
  const { root } = yaml;
  if (!isMapping(root)) {
    return {
      issues: [{ line: before + 1, column: 1, path: '', code: 'WrongType', message: 'this is not a Helmfile' }],
    };
  }
  const releases = Array.isArray(root.releases) ? root.releases : [];
  const read = releases.map((release, index) => readRelease(release, before + lineIn(yaml, ['releases', index])));
  return {
    releases: read.flatMap((one) => ('note' in one ? [] : [one])),
    left: read.flatMap((one) => ('note' in one ? one.left : [])),
    notes: [
      ...['helmfiles', 'bases'].flatMap((key) =>
        root[key] === undefined ? [] : [notRead(key, before + lineIn(yaml, [key]))],
      ),
      ...read.flatMap((one) => ('note' in one ? [one.note] : [])),
    ],
  };
};

const lineIn = (yaml: YamlText, path: readonly (string | number)[]): number =>
  yaml.lineOf(yaml.offsetOf(path, 'key')).line;

const notRead = (key: string, line: number): Note => ({
  ...{ line, about: key },
  message: 'other files are not read. Run init for each, or give it what `helmfile build` prints',
});

const isTemplate = (text: string): boolean => text.includes(templateMark);

const textIn = (release: Mapping, field: string): string | undefined => {
  const value = release[field];
  return typeof value === 'string' && value !== '' ? value : undefined;
};

/** `left` is empty where the file does not tell its name. */
interface LeftRelease {
  readonly note: Note;
  readonly left: readonly UnwrittenService[];
}

const readRelease = (release: unknown, line: number): WrittenService | LeftRelease => {
  const fields = isMapping(release) ? release : {};
  const [name, source, namespace, version] = ['name', 'chart', 'namespace', 'version'].map((field) =>
    textIn(fields, field),
  );
  const chart = source === undefined ? undefined : withoutSecrets(source);
  const about = name === undefined || isTemplate(name) ? 'a release' : name;
  const leave = (why: string): LeftRelease => ({
    note: { line, about, message: `left out: ${why}` },
    left: name === undefined || isTemplate(name) ? [] : [{ ...namedAs(name, namespace), why }],
  });
  if (name === undefined) return leave('it has no name');
  for (const [field, value] of Object.entries({ name, chart, namespace, version })) {
    if (value !== undefined && isTemplate(value)) return leave(`its ${field} is a template; write the value`);
  }
  if (chart === undefined) return leave('it has no chart. Values from templates in the file are not read');
  if (fields.installed === false) return leave('it has installed: false');
  if (version === undefined) return leave(`it has no version of its chart${inQuotes(fields.version)}`);
  if (!/^v?\d+\.\d+\.\d+(?:[-+.][0-9A-Za-z.+-]+)?$/.test(version)) {
    return leave(`${quoted(version)} is a range; write the version that runs (helm list)`);
  }
  if (namespace !== undefined && !namespaceName.test(namespace)) {
    return leave(`${quoted(namespace)} is not a Kubernetes namespace`);
  }
  return {
    ...{ ...namedAs(name, namespace), line, object: objectOf(name, chart), version, artifact: 'helm', chart },
    ...(namespace === undefined ? {} : { namespace }),
    needs: needsOf(fields.needs),
  };
};

const namedAs = (name: string, namespace: string | undefined) => ({
  called: name,
  ...(namespace === undefined ? {} : { pillar: namespace }),
  ids: namespace === undefined ? [name] : [name, `${namespace}/${name}`],
});

/** A chart's address may have a password, or a token in its query. */
const withoutSecrets = (chart: string): string => withoutCredentials(chart).replace(/\?.*$/s, '');

/** YAML reads 1.10 as a number. */
const inQuotes = (version: unknown): string =>
  typeof version === 'number' ? ' as text; put it in quotes' : '; write the one that runs (helm list)';

/** `name`, `namespace/name` or `context/namespace/name`. */
const needsOf = (needs: unknown): readonly string[] =>
  (Array.isArray(needs) ? needs : [])
    .filter((need) => typeof need === 'string' && need !== '')
    .map((need: string) => (isTemplate(need) ? '{{ … }}' : need.split('/').slice(-2).join('/')));

/**
 * Charts name their objects like this by default: the release's name, with the chart's appended unless the release
 * contains it.
 */
const objectOf = (release: string, chart: string): string => {
  const own = chart.split('/').at(-1) ?? chart;
  return release.includes(own) ? release : `${release}-${own}`;
};

/** A Helmfile may name a release twice, for example in two environments. */
const withoutRepeated = (
  all: readonly WrittenService[],
): { readonly releases: readonly WrittenService[]; readonly notes: readonly Note[] } => {
  const first = new Map<string, WrittenService>();
  const notes: Note[] = [];
  for (const release of all) {
    const id = release.ids.at(-1)!;
    const earlier = first.get(id);
    if (earlier === undefined) first.set(id, release);
    else
      notes.push({
        line: release.line,
        about: release.called,
        message: `left out: it is on line ${earlier.line} already`,
      });
  }
  return { releases: [...first.values()], notes };
};

/** The lines with templates. Whatever depends on one is reported separately. */
const templateNotes = (lines: readonly number[]): readonly Note[] => {
  const [line] = lines;
  const message = `templates are not rendered. Check what was written; they are on ${counted(lines.length, 'line')}: ${listed(lines)}`;
  return line === undefined ? [] : [{ line, about: '{{ … }}', message }];
};
