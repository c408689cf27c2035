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
  /** Its retries whose results count. */
  readonly after: readonly string[];
  readonly members: readonly MemberView[];
  readonly left: readonly LeftOut[];
  /** The new batch's plan. Its warnings include what is left out and dependencies that no longer count. */
  readonly plan: PlanPreview;
}

interface MemberView {
  readonly key: string;
  readonly version: string;
  /** How it ended the last time, and in which batch. */
  readonly status: Status;
  readonly reason: string;
  readonly batch_id: string;
  readonly dependencies: readonly string[];
}

/** Shows what a retry would deploy, how, and what it would leave out and why. Writes nothing. */
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
