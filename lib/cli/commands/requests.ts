import type { OwnPage } from '../../usecases/requests/list-requests.ts';
import type { RequestLine, RequestView } from '../../usecases/requests/request-view.ts';
import type { RequestedView } from '../../usecases/requests/requested-deployments.ts';
import type { Send } from '../api-client.ts';
import { type CommandContext, print, readBatchFile } from '../command-context.ts';
import { CommandFailure, type ExitStatus, exitStatus } from '../failure.ts';
import { fitTable } from '../fit-table.ts';
import { readPages } from '../read-pages.ts';
import { byFlags } from '../request-problems.ts';
import { tableLines } from '../tables.ts';

/** Options of all of them. */
export interface RequestOptions {
  readonly user?: string;
}

interface Waiting extends RequestOptions {
  readonly requestId?: string;
  readonly wait?: number;
  readonly ifVersion?: string;
}

export interface ValueOptions extends Waiting {
  readonly replicas?: number;
  readonly cpu?: string;
  readonly memory?: string;
  readonly html?: string;
}

export interface CreateOptions extends ValueOptions {
  readonly namespace: string;
  readonly image: string;
}

interface Enveloped<Data> {
  readonly message: string;
  readonly data: Data;
}

const root = '/api/v1/deployments/requests';

/** `500m`, or request and limit: `100m:500m`. */
const amounts = (text: string): readonly [request: string, limit: string] => {
  const [request = '', limit = request] = text.split(':', 2);
  return [request, limit];
};

const limitOf = ({ cpu, memory }: ValueOptions) => {
  if (cpu === undefined && memory === undefined) return {};
  if (cpu === undefined || memory === undefined) {
    throw new CommandFailure(exitStatus.usage, ['--cpu and --memory go together.']);
  }
  const [[cpuAsked, cpuLimit], [memoryAsked, memoryLimit]] = [amounts(cpu), amounts(memory)];
  const resource_limit = {
    request: { cpu: cpuAsked, memory: memoryAsked },
    limit: { cpu: cpuLimit, memory: memoryLimit },
  };
  return { resource_limit };
};

const valuesOf = async (context: CommandContext, options: ValueOptions) => ({
  ...(options.replicas === undefined ? {} : { replica_count: options.replicas }),
  ...limitOf(options),
  ...(options.html === undefined ? {} : { doc_html: (await readBatchFile(context, options.html)).text }),
});

const asUser = ({ user }: RequestOptions): Readonly<Record<string, string>> =>
  user === undefined ? {} : { 'x-user-id': user };

/** Sends a request for a change, and shows the outcome. */
const send = async (
  context: CommandContext,
  options: Waiting,
  { path, method, body }: Pick<Send, 'method'> & { readonly path: string; readonly body?: object },
): Promise<ExitStatus> => {
  const { wait = 0, ifVersion, requestId = context.ids.next() } = options;
  const headers = {
    ...asUser(options),
    'x-request-id': requestId,
    ...(ifVersion === undefined ? {} : { 'if-match': ifVersion }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const sent = {
    ...(method === undefined ? {} : { method }),
    headers,
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
  const address = `${path}${wait === 0 ? '' : `?wait=${wait}`}`;
  const answer = await context.client.ask<Enveloped<RequestView>>(address, sent).catch((error: unknown) => {
    throw byFlags(error);
  });
  print(context, answer, requestLines(answer.data));
  if (answer.data.status === 'FAILURE') return exitStatus.failed;
  return wait > 0 && answer.data.status === 'CREATED' ? exitStatus.timedOut : exitStatus.done;
};

const requestLines = ({ request_id, identifier, status, request_type, failure_reason, batch_id }: RequestLine) => [
  `Request ${request_id} (${request_type} ${identifier}): ${status}`,
  ...(failure_reason === null ? [] : [failure_reason]),
  `Batch ${batch_id}`,
];

/** Requests a deployment. */
export const createRequest = async (
  context: CommandContext,
  options: CreateOptions,
  name = '',
): Promise<ExitStatus> => {
  const { namespace, image } = options;
  const body = { name, namespace, image, metadata: await valuesOf(context, options) };
  return send(context, options, { path: `${root}/create`, method: 'POST', body });
};

const at = (id: string): string => `${root}/${encodeURIComponent(id)}`;

/** Requests a change of one. */
export const updateRequest = async (context: CommandContext, options: ValueOptions, identifier = '') =>
  send(context, options, {
    ...{ path: at(identifier), method: 'PATCH' },
    body: { metadata: await valuesOf(context, options) },
  });

/** Requests its end. */
export const deleteRequest = (context: CommandContext, options: Waiting, identifier = '') =>
  send(context, options, { path: at(identifier), method: 'DELETE' });

/** Requests that the last request is applied again. */
export const reconcileRequest = (context: CommandContext, options: Waiting, identifier = '') =>
  send(context, options, { path: `${at(identifier)}/reconcile`, method: 'POST' });

/** Retries a failed request. */
export const retryRequest = (context: CommandContext, options: Waiting, id = '') =>
  send(context, options, { path: `${at(id)}/retry`, method: 'POST' });

/** Shows one request or, with `--deployment`, a deployment. */
export const showRequest = async (
  context: CommandContext,
  options: RequestOptions & { readonly deployment?: boolean },
  id = '',
): Promise<ExitStatus> => {
  const asked = { headers: asUser(options) };
  if (options.deployment !== true) {
    const answer = await context.client.ask<Enveloped<RequestView>>(at(id), asked);
    print(context, answer, requestLines(answer.data));
    return exitStatus.done;
  }
  const path = `/api/v1/deployments/${encodeURIComponent(id)}`;
  const answer = await context.client.ask<Enveloped<RequestedView>>(path, asked);
  const { identifier, status, image, namespace, resource_version, request_id, unseen } = answer.data;
  print(context, answer, [
    `Deployment ${identifier} in ${namespace}: ${status}`,
    `Image ${image}, version ${resource_version}, by request ${request_id}`,
    ...(unseen === undefined ? [] : [`The cluster could not be asked: ${unseen}`]),
  ]);
  return exitStatus.done;
};

interface RequestPage extends Pick<OwnPage<RequestLine>, 'next_after'> {
  readonly data: readonly RequestLine[];
}

/** Lists the requests, newest first. */
export const listRequests = async (
  context: CommandContext,
  options: RequestOptions & { readonly status?: string },
): Promise<ExitStatus> => {
  const { client } = context;
  const ask = <Answer>(path: string): Promise<Answer> => client.ask<Answer>(path, { headers: asUser(options) });
  const pages = await readPages<RequestPage>({ client: { ask } as CommandContext['client'] }, `${root}?limit=200`);
  const all = pages.flatMap(({ data }) => data);
  const { status } = options;
  const found = status === undefined ? all : all.filter((one) => one.status === status.toUpperCase());
  const table = fitTable(
    [
      ...[{ head: 'REQUEST', cut: 'name' as const }, { head: 'TYPE' }, { head: 'STATUS' }, { head: 'DEPLOYMENT' }],
      ...[
        { head: 'IMAGE', cut: 'name' as const, spare: 2 },
        { head: 'AT', spare: 1 },
        { head: 'BATCH', spare: 3 },
      ],
    ],
    found.map(({ request_id, request_type, status: is, identifier, image, created_at, batch_id }) => [
      ...[request_id, request_type, is, identifier, image],
      ...[context.times.minute(created_at), batch_id],
    ]),
    context.terminal.columns,
  );
  const nothing = ['Nothing was requested, or nothing that stands so.'];
  print(context, { requests: found }, found.length === 0 ? nothing : tableLines(table, context.terminal.colours));
  return exitStatus.done;
};
