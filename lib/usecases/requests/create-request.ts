import { FlotillaError } from '../../domain/errors.ts';
import type { Write } from '../../domain/ports.ts';
import { keys } from '../../domain/record/keys.ts';
import { itemOf } from '../../domain/record/rows.ts';
import { identifierOf, mostIdentifiersTried } from '../../domain/requests/identifier.ts';
import { namespaceProblem, requestPlace } from '../../domain/requests/request-place.ts';
import type { RequestValues } from '../../domain/requests/request-row.ts';
import { retryConflict } from '../retry-conflict.ts';
import { isGone, lookForRequested } from './find-request.ts';
import { contentOf, earlierRequest, type Placed, placeRequest } from './place-request.ts';
import type { Asked, RequestDeps } from './request-deps.ts';

/** A deployment to create. */
export interface NewDeployment {
  readonly name: string;
  readonly namespace: string;
  readonly image: string;
  readonly metadata: RequestValues;
}

/** Requests a deployment. Repeating a request gets the same answer, also while it is running. */
export const createRequest = (deps: RequestDeps, asked: Asked, wanted: NewDeployment): Promise<Placed> =>
  retryConflict(deps, async () => {
    const content = contentOf(asked, 'CREATE', wanted);
    const earlier = await earlierRequest(deps, asked, content);
    if (earlier !== undefined) return { row: earlier, created: false };
    const place = await placeOf(deps, wanted);
    const reserved = await reserve(deps, wanted);
    const identifier = await freeIdentifier(deps, wanted);
    const { name, namespace, image, metadata } = wanted;
    return placeRequest(deps, {
      ...{ asked, type: 'CREATE', content, values: metadata },
      requested: { identifier, name, namespace, image, owner: asked.owner, ...place, created_at: deps.clock.now() },
      writes: [reserved(identifier)],
    });
  });

const placeOf = async (deps: RequestDeps, { namespace }: NewDeployment) => {
  const catalogue = await deps.catalogue();
  const place = requestPlace(catalogue);
  if ('problem' in place) throw new FlotillaError('StatusConflict', place.problem);
  const problem = namespaceProblem(catalogue, namespace);
  if (problem === undefined) return place;
  const message = `namespace ${problem}`;
  throw new FlotillaError('RequestFieldsInvalid', `body.${message}`, {
    issues: [{ path: 'body.namespace', message: problem }],
  });
};

/**
 * Reserves a name in its namespace for one deployment at a time. Throws NameTaken if a deployment has it that is not
 * deleted.
 */
const reserve = async (
  deps: RequestDeps,
  { namespace, name }: NewDeployment,
): Promise<(identifier: string) => Write> => {
  const key = keys.requestedName(namespace, name);
  const known = await deps.table.get(key);
  if (known === undefined) return write(namespace, name, { exists: false });
  const identifier = String(known.identifier);
  const requested = await lookForRequested(deps, identifier);
  if (requested !== undefined && !(await isGone(deps, requested))) {
    const message = `Namespace ${namespace} already has a deployment ${name}, which is not deleted: ${identifier}.`;
    throw new FlotillaError('NameTaken', message, { candidates: [identifier] });
  }
  return write(namespace, name, { equals: { identifier } });
};

const write =
  (namespace: string, name: string, when: Extract<Write, { put: unknown }>['when'] & object) =>
  (identifier: string): Write => ({ put: itemOf(keys.requestedName(namespace, name), { identifier }), when });

/**
 * An identifier that no deployment has or had. If two requests choose the same one, the slower one's write fails and it
 * chooses again.
 */
const freeIdentifier = async (deps: RequestDeps, wanted: NewDeployment): Promise<string> => {
  const random = deps.random.next();
  for (let tried = 0; tried < mostIdentifiersTried; tried += 1) {
    const identifier = identifierOf(wanted, { random, tried });
    if ((await lookForRequested(deps, identifier)) === undefined) return identifier;
  }
  throw new FlotillaError('TableBusy', `no identifier was free for ${wanted.name}`);
};
