import type { AskedBy, Deps } from '../deps.ts';

/** What it takes to place a request. */
export type RequestDeps = Pick<Deps, 'table' | 'documents' | 'workflow' | 'clock' | 'random' | 'ids' | 'catalogue'> &
  AskedBy;

/** Whose request it is, and who has sent it, where that is somebody else. */
export interface RequestUser {
  readonly owner: string;
  readonly sentBy?: string | undefined;
}

/** A request for something that is to change. */
export interface Asked extends RequestUser {
  /** By which the same request is known when it comes again. */
  readonly requestId: string;
}
