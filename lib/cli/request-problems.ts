import { type Complaint, sentenceOf } from '../domain/complaint.ts';
import { CommandFailure } from './failure.ts';

/** The option or argument behind a field. A field without one is part of the option above it. */
const flags: Readonly<Record<string, string>> = {
  'body.name': 'NAME',
  'body.namespace': '--namespace',
  'body.image': '--image',
  'body.metadata.replica_count': '--replicas',
  'body.metadata.resource_limit': '--cpu with --memory',
  'body.metadata.resource_limit.request.cpu': '--cpu',
  'body.metadata.resource_limit.limit.cpu': '--cpu (its limit)',
  'body.metadata.resource_limit.request.memory': '--memory',
  'body.metadata.resource_limit.limit.memory': '--memory (its limit)',
  'body.metadata.doc_html': '--html',
  'query.wait': '--wait',
  'query.from': '<from>',
  'query.to': '<to>',
  'query.cluster': '--cluster',
  'query.pillar': '--pillar',
  'query.service': '--service',
};

const flagOf = (path: string): string | undefined => {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    if (Object.hasOwn(flags, at)) return flags[at];
  }
  return undefined;
};

const lineOf = ({ path, message }: Complaint): string => {
  const flag = flagOf(path);
  return flag === undefined ? message : sentenceOf({ path: flag, message });
};

/** What was wrong with a request, by command-line option instead of body field. */
export const byFlags = (failure: unknown): unknown => {
  if (!(failure instanceof CommandFailure)) return failure;
  const { issues = [] } = failure.problem as { readonly issues?: readonly Partial<Complaint>[] };
  const told = issues.filter((one): one is Complaint => one.path !== undefined && one.message !== undefined);
  return told.length === 0 ? failure : new CommandFailure(failure.status, told.map(lineOf), failure.problem);
};
