import type { Catalogue, ManifestSource } from '../catalogue/catalogue.ts';
import { executorOfItem } from '../catalogue/executor-accounts.ts';
import { resolveInfrastructure, serviceEntry } from '../catalogue/resolve.ts';
import { assessManifests, assessRest } from '../manifests/assess-manifests.ts';
import type { Manifests } from '../manifests/kubernetes-settings.ts';
import { describeManifestIssue, type ManifestIssue, type ManifestObject } from '../manifests/manifest-object.ts';
import { type ParsedManifests, parseManifests } from '../manifests/parse-manifests.ts';
import { type ObjectOwners, sharedObjects } from '../manifests/shared-objects.ts';
import { gitSource, s3Source } from '../manifests/source-schema.ts';
import { sha256Of } from '../sha256.ts';
import type { Deployment } from './batch.ts';
import { type Draft, serviceKeyOf } from './drafts.ts';
import { type FieldContext, fieldFindings } from './field-findings.ts';
import type { Finding, LineOf, Path, Wording } from './findings.ts';
import { type IssueCode, issueCodes } from './issues.ts';
import { isMapping, type Mapping } from './mapping.ts';
import { offsetInBlock } from './offset-in-block.ts';

/** A manifest text and its parsed content. */
export interface ManifestText {
  readonly text: string;
  readonly objects: readonly ManifestObject[];
}

/** What a batch's items apply. */
export interface CheckedManifests {
  readonly findings: readonly Finding[];
  readonly warnings: readonly string[];
  /** By item index: its manifests, and its object if they identify it. */
  readonly fields: readonly Pick<Deployment, 'manifests' | 'workload'>[];
  /** By SHA-256: what must be stored before the batch. */
  readonly texts: ReadonlyMap<string, ManifestText>;
}

/** How many objects one batch may apply in total: a text may occur in thousands of items through an alias. */
const mostObjects = 50_000;

interface Surroundings {
  readonly catalogue: Catalogue;
  readonly context: FieldContext;
  /** The batch as submitted. */
  readonly text: string;
  readonly lineOf: LineOf;
}

interface Checking extends Surroundings {
  readonly findings: Finding[];
  readonly warnings: string[];
  readonly texts: Map<string, ManifestText>;
  readonly parsed: Map<string, ParsedManifests & { readonly sha256: string }>;
  readonly owners: ObjectOwners;
  objects: number;
}

/** Reads the manifests of all items, or of their services if an item has none, and reports their problems. */
export const checkManifests = (drafts: readonly Draft[], surroundings: Surroundings): CheckedManifests => {
  const checking: Checking = {
    ...surroundings,
    ...{ findings: [], warnings: [], texts: new Map(), parsed: new Map(), owners: new Map(), objects: 0 },
  };
  const fields = drafts.map((draft) => checkDraft(checking, draft));
  const { findings, warnings, texts } = checking;
  return { findings, warnings: [...new Set(warnings)], fields, texts };
};

type Fields = Pick<Deployment, 'manifests' | 'workload'>;
const none: Fields = {};

const checkDraft = (checking: Checking, draft: Draft): Fields => {
  const { catalogue } = checking;
  const { item, pillar = '', service = '', path, written } = draft;
  const entry = serviceEntry(catalogue, pillar, service);
  const executor =
    item?.executor ??
    executorOfItem(catalogue, { pillar, service_name: service, environment_id: item?.environment_id });
  const here = [...path, 'manifests'];
  if (written.manifests === undefined) {
    const own = executor === 'kubernetes' && item?.action === 'deploy' ? entry?.kubernetes?.manifests : undefined;
    return own === undefined ? none : fromSource(checking, draft, { source: own, here: [...path, 'service_name'] });
  }
  const source = readSource(checking, written.manifests, here);
  if (item !== undefined && item.action !== 'deploy')
    say(checking, here, { message: `a ${item.action} applies no manifests`, hint: 'remove it' });
  else if (item !== undefined && executor !== 'kubernetes') {
    const message = `needs the executor kubernetes, but this deployment uses ${executor}`;
    say(checking, here, { message, hint: 'write executor: kubernetes' });
  } else if (source !== undefined) return fromSource(checking, draft, { source, here });
  return none;
};

const say = (
  { context, findings }: Checking,
  path: Path,
  wording: Wording,
  code: IssueCode = issueCodes.NotAllowed,
): void => {
  findings.push({ offset: context.offsetOf(path), path, code, describe: () => wording });
};

const forms = 'YAML text (manifests: |), {s3: s3://bucket/key}, or {git: https://…, ref: main, path: deploy/web}';

/** The form that was written; otherwise reports why it is none. */
const readSource = (checking: Checking, written: unknown, here: Path): ManifestSource | undefined => {
  if (typeof written === 'string') return { text: written };
  if (!isMapping(written)) {
    say(checking, here, { message: `is neither text nor a source; write ${forms}` }, issueCodes.WrongType);
    return undefined;
  }
  if (written.path !== undefined && written.git === undefined) {
    const message =
      'path only works on the command line, which replaces it with the files; the server does not have your files';
    say(checking, here, { message, hint: 'send the batch with flotilla deploy, or write the manifests as text' });
    return undefined;
  }
  if (written.apiVersion !== undefined || written.kind !== undefined) {
    const message = 'is an object instead of text';
    say(checking, here, { message, hint: 'write `manifests: |` above it' }, issueCodes.WrongType);
    return undefined;
  }
  return placeIn(checking, written, here);
};

const placeIn = (checking: Checking, written: Mapping, here: Path): ManifestSource | undefined => {
  const schema = written.s3 !== undefined ? s3Source : written.git !== undefined ? gitSource : undefined;
  if (schema === undefined) {
    say(checking, here, { message: `names no source; write ${forms}` }, issueCodes.Missing);
    return undefined;
  }
  const result = schema.safeParse(written);
  if (result.success) {
    const { data } = result;
    if ('s3' in data) return data;
    return { git: data.git, ref: data.ref, ...(data.path === undefined ? {} : { path: data.path }) };
  }
  checking.findings.push(...fieldFindings(result.error.issues, here, checking.context));
  return undefined;
};

interface Found {
  readonly source: ManifestSource;
  readonly here: Path;
}

const fromSource = (checking: Checking, draft: Draft, { source, here }: Found): Fields => {
  if (!('text' in source)) return { manifests: { from: source } };
  const { text } = source;
  const parsed = checking.parsed.get(text) ?? { ...parseManifests(text), sha256: sha256Of(text) };
  checking.parsed.set(text, parsed);
  const manifests: Manifests = { sha256: parsed.sha256 };
  if (parsed.issues.length > 0) tell(checking, here, parsed.issues);
  checking.objects += parsed.objects.length;
  if (checking.objects > mostObjects) {
    if (checking.objects - parsed.objects.length <= mostObjects)
      say(
        checking,
        here,
        { message: `has more than ${mostObjects} objects, including earlier items` },
        issueCodes.TooLarge,
      );
    return { manifests };
  }
  checking.texts.set(parsed.sha256, { text, objects: parsed.objects });
  if (draft.item === undefined) return { manifests };
  const assess = parsed.issues.length > 0 ? assessRest : assessManifests;
  const { workload, namespace, pauseSeconds, issues, warnings } = assess(
    parsed.objects,
    draft.item,
    checking.catalogue,
  );
  tell(checking, here, [...issues, ...sharedBy(checking, draft, { objects: parsed.objects, namespace })]);
  checking.warnings.push(
    ...warnings.map((issue) => `${serviceKeyOf(draft)}: ${describeManifestIssue(inText(checking, here, issue))}`),
  );
  const paused = pauseSeconds === undefined ? {} : { pause_seconds: pauseSeconds };
  return { manifests: { ...manifests, ...paused }, ...(workload === undefined ? {} : { workload }) };
};

const sharedBy = (
  { catalogue, owners }: Checking,
  { item, key = '' }: Draft,
  { objects, namespace }: { readonly objects: readonly ManifestObject[]; readonly namespace: string | undefined },
): readonly ManifestIssue[] => {
  const cluster = item === undefined ? undefined : resolveInfrastructure(catalogue, item.infrastructure_id)?.cluster;
  if (cluster === undefined || namespace === undefined) return [];
  return sharedObjects(owners, { key, cluster, namespace }, objects);
};

/** If a block scalar contains it, the issue has the batch's line. Otherwise the message has file and line. */
const tell = (checking: Checking, here: Path, issues: readonly ManifestIssue[]): void => {
  for (const issue of issues) {
    const { object, file, line, hint } = issue;
    const inBatch = offsetOfIssue(checking, here, issue);
    const where = [object, issue.path === '' ? undefined : issue.path].filter((part) => part !== undefined).join(': ');
    const place = file === undefined ? (inBatch === undefined ? `line ${line}` : '') : `${file}:${line}`;
    // A problem in two places is reported twice: the path tells them apart. It contains the place if there is no object
    // to name.
    const named = where === '' ? place : where;
    const before = place === '' || named === place ? '' : `${place}: `;
    checking.findings.push({
      offset: inBatch ?? checking.context.offsetOf(here),
      path: named === '' ? here : [...here, named],
      code: issue.code,
      describe: () => ({ message: `${before}${issue.message}`, hint }),
    });
  }
};

/** A problem with the batch's line, if it is written there. */
const inText = (checking: Checking, here: Path, issue: ManifestIssue): ManifestIssue => {
  const offset = offsetOfIssue(checking, here, issue);
  return offset === undefined ? issue : { ...issue, ...checking.lineOf(offset) };
};

/** Undefined if the manifests are no block scalar, or came from a file. */
const offsetOfIssue = ({ context, text }: Surroundings, here: Path, issue: ManifestIssue): number | undefined => {
  const header = context.offsetOf(here);
  return issue.file === undefined && text[header] === '|' ? offsetInBlock(text, header, issue) : undefined;
};
