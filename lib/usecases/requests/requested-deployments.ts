import { resolveInfrastructure } from '../../domain/catalogue/resolve.ts';
import { maskedObject } from '../../domain/manifests/masked-object.ts';
import { targetOf } from '../../domain/plan/lock-names.ts';
import type { Workload } from '../../domain/plan/plan.ts';
import { imageParts } from '../../domain/requests/image-parts.ts';
import { type ObjectStatus, objectStatus, recordedObjectStatus } from '../../domain/requests/object-status.ts';
import { containerName } from '../../domain/requests/request-manifests.ts';
import type { RequestedRow } from '../../domain/requests/request-row.ts';
import { isSettled } from '../../domain/targets/target-row.ts';
import type { Deps } from '../deps.ts';
import { isoTime } from '../iso-time.ts';
import { lookNow } from '../rollout/look-now.ts';
import { readTarget } from '../targets/read-now.ts';
import { findRequested, lookForRequested } from './find-request.ts';
import { checkKnownUser } from './known-user.ts';
import { type OwnPage, type PageAsked, readOwn } from './list-requests.ts';
import type { RequestUser } from './request-deps.ts';

type Needs = Pick<Deps, 'table' | 'catalogue'>;

/** A requested deployment, as a list shows it. */
export interface RequestedLine {
  readonly identifier: string;
  readonly created_at: string;
  readonly updated_at: string;
  /** The status of its object. */
  readonly status: ObjectStatus;
  readonly name: string;
  readonly namespace: string;
}

export interface RequestedView extends RequestedLine {
  readonly image: string;
  /** Raised by each accepted request. `If-Match` takes it. */
  readonly resource_version: string;
  /** The Deployment in the cluster. Null if there is none, or the cluster could not be asked. */
  readonly object: Readonly<Record<string, unknown>> | null;
  /** Why the cluster could not be asked. The status is then the last one seen. */
  readonly unseen?: string;
  readonly environment: string;
  readonly infrastructure: string;
  /** The latest request. */
  readonly request_id: string;
}

/** A user's requested deployments, newest first, each as last seen. Asks no cluster. */
export const listRequested = async (
  deps: Needs,
  user: RequestUser,
  asked: PageAsked,
): Promise<OwnPage<RequestedLine>> => {
  await checkKnownUser(deps, user);
  const { items, ...next } = await readOwn(deps, { owner: user.owner, kind: 'DEPLOYMENT', ...asked });
  const lines = items.map(async ({ identifier }) => {
    const row = (await lookForRequested(deps, String(identifier)))!;
    return lineOf(row, (await readRecorded(deps, row)).status);
  });
  return { lines: await Promise.all(lines), ...next };
};

const lineOf = (row: RequestedRow, status: ObjectStatus): RequestedLine => ({
  identifier: row.identifier,
  created_at: isoTime(row.created_at),
  updated_at: isoTime(row.updated_at),
  ...{ status, name: row.name, namespace: row.namespace },
});

interface Recorded {
  readonly status: ObjectStatus;
  /** Undefined if the configuration does not name the place any more. */
  readonly cluster: string | undefined;
  /** Whether anything was ever seen to run there. */
  readonly wasThere: boolean;
}

const readRecorded = async (deps: Needs, row: RequestedRow): Promise<Recorded> => {
  const { environment: environment_id, infrastructure, pillar, identifier: service_name } = row;
  const cluster = resolveInfrastructure(await deps.catalogue(), infrastructure)?.cluster;
  if (cluster === undefined) return { status: 'INITIATED', cluster, wasThere: false };
  const { now } = await readTarget(deps, targetOf({ environment_id, cluster, pillar, service_name }));
  const stood = now?.state === 'changing' ? now.before : now;
  const wasThere = stood !== undefined && (isSettled(stood) || stood.state === 'deleted');
  return { status: recordedObjectStatus(now), cluster, wasThere };
};

/** One of them with its object, as its cluster shows it now. */
export const lookAtRequested = async (
  deps: Needs & Pick<Deps, 'cluster' | 'clock'>,
  user: RequestUser,
  identifier: string,
): Promise<RequestedView> => {
  await checkKnownUser(deps, user);
  const row = await findRequested(deps, identifier, user.owner);
  const { image, number, environment, infrastructure, request_id } = row;
  const { status, object, unseen } = await look(deps, row);
  return {
    ...lineOf(row, status),
    ...{ image, resource_version: String(number), object, environment, infrastructure, request_id },
    ...(unseen === undefined ? {} : { unseen }),
  };
};

interface Look extends Pick<RequestedView, 'status' | 'object'> {
  readonly unseen?: string;
}

const look = async (deps: Needs & Pick<Deps, 'cluster' | 'clock'>, row: RequestedRow): Promise<Look> => {
  const recorded = await readRecorded(deps, row);
  const { status, cluster, wasThere } = recorded;
  if (cluster === undefined) return { status, object: null, unseen: `there is no ${row.infrastructure} any more` };
  const glance = await lookNow(deps, cluster, [workloadOf(row)]);
  if ('unseen' in glance) return { status, object: null, unseen: glance.unseen };
  const object = glance.seen.views[0]?.workload;
  if (object === undefined) return { status: wasThere ? 'DELETED' : 'INITIATED', object: null };
  return { status: objectStatus(object), object: maskedObject(object) };
};

const workloadOf = ({ identifier, namespace, image }: RequestedRow): Workload => ({
  ...{ kind: 'deployment', name: identifier, namespace, container: containerName },
  image: imageParts(image)!.repository,
});
