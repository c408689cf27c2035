import type { AskedBy, Deps } from '../deps.ts';

/** What placing a request needs. */
export type RequestDeps = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'catalogue'> &
  AskedBy;

/** The owner of a request, and its sender if that is somebody else. */
export interface RequestUser {
  readonly owner: string;
  readonly sentBy?: string | undefined;
}

/** A request for a change. */
export interface Asked extends RequestUser {
  /** Identifies the same request when it is repeated. */
  readonly requestId: string;
}
