import { FlotillaError } from '../../domain/errors.ts';
import type { Item } from '../../domain/ports.ts';
import { requestsOfOwner } from '../../domain/record/keys.ts';
import { cursorFor, positionIn } from '../cursor.ts';
import type { Deps } from '../deps.ts';
import { findRequest, lookForRequest } from './find-request.ts';
import { checkKnownUser } from './known-user.ts';
import type { RequestUser } from './request-deps.ts';
import { type RequestLine, type RequestView, requestLine, requestView } from './request-view.ts';

type Needs = Pick<Deps, 'table'>;

export interface PageAsked {
  readonly limit: number;
  readonly after?: string | undefined;
}

export interface OwnPage<Line> {
  readonly lines: readonly Line[];
  /** Send it as `after` to continue; absent at the end. */
  readonly next_after?: string;
}

/** A page of rows that lead to what an owner has, newest first. */
export const readOwn = async (
  { table }: Needs,
  { owner, kind, limit, after }: { readonly owner: string; readonly kind: 'REQUEST' | 'DEPLOYMENT' } & PageAsked,
): Promise<{ readonly items: readonly Item[]; readonly next_after?: string }> => {
  const list = { list: `own ${kind}`, filters: { owner } };
  const position = positionIn(list, after);
  const from = position === undefined ? {} : { after: position };
  const pk = requestsOfOwner(owner);
  const { items, next } = await table.query({ pk, prefix: `${kind}#`, newestFirst: true, limit, ...from });
  return { items, ...(next === undefined ? {} : { next_after: cursorFor(list, next) }) };
};

/** A user's requests, newest first. */
export const listRequests = async (deps: Needs, user: RequestUser, asked: PageAsked): Promise<OwnPage<RequestLine>> => {
  await checkKnownUser(deps, user);
  const { items, ...next } = await readOwn(deps, { owner: user.owner, kind: 'REQUEST', ...asked });
  const lines = items.map(async ({ request_id }) =>
    requestLine(deps, (await lookForRequest(deps, String(request_id)))!),
  );
  return { lines: await Promise.all(lines), ...next };
};

/** One request with everything it asked for. */
export const readRequest = async (
  deps: Needs & Pick<Deps, 'documents'>,
  user: RequestUser,
  requestId: string,
): Promise<RequestView> => {
  await checkKnownUser(deps, user);
  if (requestId.length > longestId) throw new FlotillaError('RequestNotFound', 'You have no such deployment request.');
  return requestView(deps, await findRequest(deps, requestId, user.owner));
};

const longestId = 255;
