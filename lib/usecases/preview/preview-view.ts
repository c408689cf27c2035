import type { PreviewAnswer, PreviewedRow, PreviewRow } from '../../domain/preview/preview-rows.ts';
import { previewBounds } from '../../domain/preview/preview-rows.ts';
import { isoTime } from '../iso-time.ts';

/** As the API tells it. */
export interface PreviewView {
  readonly preview_id: string;
  readonly state: PreviewRow['state'];
  /** Why it failed. */
  readonly message?: string;
  /** Of the plan that it is about: a submit with `If-Match` is of the same. */
  readonly plan_hash: string;
  readonly created_at: string;
  /** Until then it is kept. */
  readonly expires_at: string;
  /** Deployments of the batch, and how many of them are not looked at because there are too many. */
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
  /** Absent as long as nobody has asked. */
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

/** Whoever worked on it is gone: no function works for so long. */
export const isLost = ({ state, at }: PreviewRow, now: number): boolean =>
  state === 'running' && now - at > previewBounds.gone;

export const lostMessage = 'Whoever asked the clusters has not come to an end. Ask for another preview.';
