import type { PreviewAnswer, PreviewedRow, PreviewRow } from '../../domain/preview/preview-rows.ts';
import { previewBounds } from '../../domain/preview/preview-rows.ts';
import { isoTime } from '../iso-time.ts';

/** A preview as the API shows it. */
export interface PreviewView {
  readonly preview_id: string;
  readonly state: PreviewRow['state'];
  /** Why it failed. */
  readonly message?: string;
  /** The previewed plan's hash. A submit with this in `If-Match` deploys the same plan. */
  readonly plan_hash: string;
  readonly created_at: string;
  /** It is kept until then. */
  readonly expires_at: string;
  /** Deployments of the batch, and how many were skipped because there are too many. */
  readonly total: number;
  readonly left_out: number;
  readonly deployments: readonly DeploymentFound[];
}

export interface DeploymentFound {
  readonly index: number;
  readonly key: string;
  readonly environment_id: string;
  readonly cluster: string;
  readonly namespace: string;
  readonly executor: string;
  readonly docker_image_version: string;
  /** Absent until it is answered. */
  readonly answer?: PreviewAnswer;
}

export const viewOfPreview = (previewId: string, row: PreviewRow, rows: readonly PreviewedRow[]): PreviewView => ({
  preview_id: previewId,
  state: row.state,
  ...(row.message === undefined ? {} : { message: row.message }),
  plan_hash: row.plan_hash,
  created_at: isoTime(row.at),
  expires_at: isoTime(row.expires_at * 1_000),
  total: row.total,
  left_out: row.left_out,
  deployments: rows.map(({ deployment, answer }) => ({
    index: deployment.index,
    key: deployment.key,
    environment_id: deployment.environment_id,
    cluster: deployment.cluster,
    namespace: deployment.workload.namespace,
    executor: deployment.executor.name,
    docker_image_version: deployment.docker_image_version,
    ...(answer === undefined ? {} : { answer }),
  })),
});

/** Its worker is gone: no function runs for this long. */
export const isLost = ({ state, at }: PreviewRow, now: number): boolean =>
  state === 'running' && now - at > previewBounds.gone;

export const lostMessage = 'The preview did not finish in time. Start another one.';
