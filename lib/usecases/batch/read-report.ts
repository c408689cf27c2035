import { askedFor } from '../../domain/plan/action.ts';
import { junitReport } from '../../domain/report/junit-report.ts';
import { markdownReport } from '../../domain/report/markdown-report.ts';
import { type Report, type ReportedDeployment, secondsBetween } from '../../domain/report/report.ts';
import type { DeploymentView } from '../deployment/deployment-view.ts';
import { type DeploymentList, listDeployments } from '../deployment/list-deployments.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { findSeenBatch } from '../grants/seen-batch.ts';
import { isoField, isoTime } from '../iso-time.ts';
import { headline, readSeen, withoutZeros } from './read-batch.ts';

type Needs = Pick<Deps, 'table' | 'documents'> & AskedBy;

export const reportFormats = ['json', 'junit', 'markdown'] as const;
export type ReportFormat = (typeof reportFormats)[number];

/** What the caller may see of a batch, one line per deployment. */
export const readReport = async (deps: Needs, { batchId }: { readonly batchId: string }): Promise<Report> => {
  const { header, counts } = await readSeen(deps, await findSeenBatch(deps, batchId));
  const { batch_id, name, submitted_by, created_at, ended_at } = header;
  const times = { created_at: isoTime(created_at), ...isoField('ended_at', ended_at) };
  return {
    batch_id,
    name,
    ...headline(header, counts),
    submitted_by,
    ...times,
    ...secondsOf(times.created_at, times.ended_at),
    counts: withoutZeros(counts),
    deployments: await readLines(deps, batchId),
  };
};

/** Only a few fields each: for 10,000 deployments these fit into one answer, the full views would need ten. */
const readLines = async (deps: Needs, batchId: string): Promise<readonly ReportedDeployment[]> => {
  const lines: ReportedDeployment[] = [];
  for (let after: string | undefined; ; ) {
    const page: DeploymentList = await listDeployments(deps, { batchId, limit: 1000, after });
    lines.push(...page.deployments.map(lineOf));
    after = page.next_after;
    if (after === undefined) return lines;
  }
};

const lineOf = (view: DeploymentView): ReportedDeployment => {
  const { key, pillar, service_name, environment_id, cluster, status, reason, message, failure, attempts } = view;
  const { started_at, ended_at } = view;
  const version = askedFor(view, view.docker_image_version);
  const url = view.runs.findLast((run) => run.url !== undefined)?.url;
  return {
    ...{ key, pillar, service_name, environment_id, version, status, reason, message, attempts },
    ...(cluster === undefined ? {} : { cluster }),
    ...(failure === undefined ? {} : { failure }),
    ...(started_at === undefined ? {} : { started_at }),
    ...(ended_at === undefined ? {} : { ended_at }),
    ...secondsOf(started_at, ended_at),
    ...(url === undefined ? {} : { url }),
  };
};

const secondsOf = (from: string | undefined, to: string | undefined): { readonly seconds?: number } => {
  const seconds = secondsBetween(from, to);
  return seconds === undefined ? {} : { seconds };
};

const writers: Readonly<Record<ReportFormat, (report: Report) => string>> = {
  json: (report) => JSON.stringify(report),
  junit: junitReport,
  markdown: markdownReport,
};

export const reportTypes: Readonly<Record<ReportFormat, string>> = {
  json: 'application/json',
  junit: 'application/xml',
  // Without a charset browsers guess, and often wrong (RFC 7763).
  markdown: 'text/markdown; charset=utf-8',
};

export const writeReport = (report: Report, format: ReportFormat): string => writers[format](report);
