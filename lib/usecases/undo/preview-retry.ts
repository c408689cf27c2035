import type { Status } from '../../domain/deployment/status.ts';
import { askedFor } from '../../domain/plan/action.ts';
import type { LeftOut } from '../../domain/undo/plan-retry.ts';
import type { AskedBy, Deps } from '../deps.ts';
import { type PlanPreview, previewPlan } from '../plan/preview-plan.ts';
import { invalidToday } from './invalid-today.ts';
import { type PreparedRetry, prepareRetry, type RetryRequest } from './prepare-retry.ts';

/** What a retry would do. */
export interface RetryPreview {
  readonly of: string;
  /** The retries of it whose results count. */
  readonly after: readonly string[];
  readonly members: readonly MemberView[];
  readonly left: readonly LeftOut[];
  /** The plan of the new batch; what is left and dependencies that do not count any more are among its warnings. */
  readonly plan: PlanPreview;
}

interface MemberView {
  readonly key: string;
  readonly version: string;
  /** How it ended when it was tried last, and where. */
  readonly status: Status;
  readonly reason: string;
  readonly batch_id: string;
  readonly dependencies: readonly string[];
}

/** Shows what of a batch would be tried again, how, and what is left and why. Nothing is written. */
export const previewRetry = async (
  deps: Pick<Deps, 'table' | 'documents' | 'catalogue'> & AskedBy,
  request: RetryRequest,
): Promise<RetryPreview> => {
  const { header, after, plan: retry, text, changed, warnings } = await prepareRetry(deps, request);
  const plan = await invalidToday(header, () => previewPlan(deps, { text, changed, isRepeated: true }));
  return {
    ...{ of: header.batch_id, after, members: viewMembers(retry), left: retry.left },
    plan: { ...plan, warnings: [...plan.warnings, ...warnings] },
  };
};

const viewMembers = ({ members }: PreparedRetry['plan']): readonly MemberView[] =>
  members.map(({ deployment, status, reason, batch_id }) => ({
    ...{
      key: deployment.key,
      version: askedFor(deployment, deployment.docker_image_version),
      status,
      reason,
      batch_id,
    },
    dependencies: deployment.dependencies,
  }));
