import { describeScope } from '../../domain/holds/describe-scope.ts';
import type { Circuit, Hold, HoldScope } from '../../domain/holds/hold.ts';
import { isoField, isoTime } from '../iso-time.ts';

/** A hold as the API shows it. */
export interface HoldView {
  readonly id: string;
  readonly kind: Hold['kind'];
  readonly scope: HoldScope;
  /** What it holds, in words. */
  readonly what: string;
  /** True if rollbacks wait too. */
  readonly rollbacks: boolean;
  readonly reason: string;
  readonly by: string;
  readonly since: string;
  /** When it ends by itself. */
  readonly until?: string;
  readonly circuit?: Circuit;
  /** Only where it was just set: names that nothing has yet. */
  readonly warnings?: readonly string[];
}

export const viewHold = ({ id, kind, scope, rollbacks, reason, by, since, until, circuit }: Hold): HoldView => ({
  id,
  kind,
  scope,
  what: describeScope(scope),
  rollbacks,
  reason,
  by,
  since: isoTime(since),
  ...isoField('until', until),
  ...(circuit === undefined ? {} : { circuit }),
});
