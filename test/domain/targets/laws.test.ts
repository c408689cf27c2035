import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { concludeDeployment } from '../../../lib/domain/deployment/conclude-deployment.ts';
import type { PlannedDeployment } from '../../../lib/domain/plan/plan.ts';
import { pendingItem } from '../../../lib/domain/record/change.ts';
import { keys } from '../../../lib/domain/record/keys.ts';
import { type LastOutcomeRow, recordedRelease, undeletedRelease } from '../../../lib/domain/record/recorded-release.ts';
import type { CaptureRow, Failure, ItemRow, Outcome, Release, Restore, Run } from '../../../lib/domain/record/rows.ts';
import { deriveNow } from '../../../lib/domain/targets/derive-now.ts';
import { nowAtEnd, nowAtIntent, nowReturned } from '../../../lib/domain/targets/next-now.ts';
import type { TargetRow } from '../../../lib/domain/targets/target-row.ts';
import { lastOutcomeWrites, releaseWrites } from '../../../lib/usecases/schedule/release-writes.ts';

/** Deployments one after the other at one target, each with any outcome. */

type End =
  | 'verified'
  | 'turned away'
  | 'failed'
  | 'restored'
  | 'restore failed'
  | 'restore unknown'
  | 'unknown'
  | 'cancelled untouched'
  | 'cancelled touched'
  | 'superseded'
  | 'never asked for'
  | 'given back';

interface Story {
  readonly action: PlannedDeployment['action'];
  readonly attempts: number;
  readonly end: End;
  readonly resolved: 'SUCCESS' | 'FAILED' | undefined;
}

const ends: readonly End[] = [
  ...(['verified', 'turned away', 'failed', 'restored', 'restore failed', 'restore unknown', 'unknown'] as const),
  ...(['cancelled untouched', 'cancelled touched', 'superseded', 'never asked for', 'given back'] as const),
];

const stories = fc.array(
  fc.record({
    action: fc.constantFrom(undefined, undefined, 'delete' as const, 'scale' as const),
    attempts: fc.integer({ min: 1, max: 3 }),
    end: fc.constantFrom(...ends),
    resolved: fc.constantFrom('SUCCESS', 'FAILED', undefined),
  }),
  { minLength: 1, maxLength: 12 },
);

const failureOf: Readonly<Partial<Record<End, Failure>>> = {
  'turned away': { reason: 'StartRejected', message: 'No.' },
  failed: { reason: 'CrashLoop', message: 'It crashes.', touched: true },
  restored: { reason: 'CrashLoop', message: 'It crashes.', touched: true },
  'restore failed': { reason: 'CrashLoop', message: 'It crashes.', touched: true },
  'restore unknown': { reason: 'CrashLoop', message: 'It crashes.', touched: true },
  unknown: { reason: 'StartUnknown', message: 'Who knows.', unknown: true, touched: true },
  'cancelled untouched': { reason: 'BatchCancelled', message: 'Cancelled.', cancelled: true },
  'cancelled touched': { reason: 'BatchCancelled', message: 'Cancelled.', cancelled: true, touched: true },
  superseded: { reason: 'Superseded', message: 'Theirs.', superseded: true, touched: true, running: '9.9.9' },
};
const restoreOf: Readonly<Partial<Record<End, Restore>>> = {
  restored: { ok: true, reason: 'RestoredPreviousRelease', message: 'Back.' },
  'restore failed': { ok: false, reason: 'RestoreFailed', message: 'Not back.' },
  'restore unknown': { ok: false, reason: 'RestoreUnknown', message: 'Who knows.', unknown: true },
};

/** An end that certainly changed nothing. */
const unchanged: ReadonlySet<End> = new Set(['turned away', 'cancelled untouched', 'never asked for', 'given back']);

const target = 'uat/eu-1/risk/cva';

/** What the table holds for the target. */
interface Rows {
  now: TargetRow | undefined;
  good: Release | undefined;
  last: LastOutcomeRow | undefined;
  at: number;
}

const deploymentOf = (index: number, action: Story['action']): PlannedDeployment =>
  ({
    ...(action === undefined ? {} : { action }),
    ...(action === 'scale' ? { replicas: index } : {}),
    ...{ index, key: 'risk/cva', target, cluster: 'eu-1', infrastructure_id: 'eu' },
    docker_image_version: action === undefined ? `${index}.0.0` : '',
    workload: { kind: 'deployment', name: 'cva', namespace: 'risk' },
    executor: { name: 'harness', account: 'harness:acme', settings: {} },
  }) as PlannedDeployment;

const runOf = (attempt: Run['attempt']): Run => ({ executor: 'harness:a', key: `k-${attempt}`, attempt });

/** Plays one story as the use cases do. `during` is called after each intent. */
const tell = (rows: Rows, batch: number, story: Story, during: (row: TargetRow) => void): Outcome | undefined => {
  const place = { batch_id: `B${String(batch).padStart(3, '0')}`, index: batch };
  const deployment = deploymentOf(batch, story.action);
  const version = deployment.docker_image_version;
  const previous = undeletedRelease(rows.good, rows.last);
  const capture = { attempt: 1, baseline: { exists: true }, ...(previous && { previous }) } as CaptureRow;
  rows.at += 1;
  const started_at = rows.at;
  const runs: Run[] = [];
  const intend = (attempt: Run['attempt'], asked: string): void => {
    rows.at += 1;
    rows.now = nowAtIntent(rows.now, { place, deployment, version: asked, at: rows.at });
    runs.push(runOf(attempt));
    during(rows.now);
  };
  if (story.end !== 'never asked for') for (let n = 1; n <= story.attempts; n += 1) intend(n, version);
  if (story.end === 'given back') {
    const next = nowReturned(rows.now, place);
    if (next !== undefined) rows.now = next.row;
    return undefined;
  }
  if (restoreOf[story.end] !== undefined && previous !== undefined) intend('restore', previous.version);
  const failure = failureOf[story.end];
  const restore = restoreOf[story.end];
  const item: ItemRow = {
    ...pendingItem(place.batch_id, batch, 'risk/cva'),
    ...{ status: 'PROCESSING', step: 'verify', started_at, runs },
    ...(story.end === 'verified' ? { verified: true as const } : {}),
    ...(story.end === 'verified' && story.action === 'delete' ? { verified_as: 'Deleted' } : {}),
    ...(failure === undefined ? {} : { failure }),
    ...(failure?.touched ? { touched: true as const } : {}),
    ...(restore === undefined ? {} : { restore }),
    ...(story.end === 'never asked for' ? { step: 'turn' as const } : {}),
  };
  rows.at += 1;
  const outcome = concludeDeployment({
    ...{ item, capture, version, action: story.action, turn: undefined, now: rows.at },
    ...(story.end === 'verified' ? {} : { error: { Error: 'AttemptEnded' } }),
  });
  record(rows, { deployment, item, outcome, capture });
  if (outcome.status !== 'UNKNOWN' || story.resolved === undefined) return outcome;
  rows.at += 1;
  const { resolved: status } = story;
  const after = story.action === 'scale' ? outcome.release_before : version;
  const isSeen = status === 'SUCCESS' && story.action !== 'delete' && after !== undefined;
  const seen = isSeen ? { release_after: after } : {};
  const resolved = { ...outcome, status, reason: 'ResolvedByOperator', resolved_by: 'ada', ...seen };
  record(rows, { deployment, item, outcome: resolved, capture, at: rows.at });
  return resolved;
};

interface Recorded {
  readonly deployment: PlannedDeployment;
  readonly item: ItemRow;
  readonly outcome: Outcome;
  readonly capture: CaptureRow;
  readonly at?: number;
}

const record = (rows: Rows, { deployment, item, outcome, capture, at = outcome.ended_at }: Recorded): void => {
  const next = nowAtEnd(rows.now, { planned: deployment, item, outcome, capture, at });
  if (next !== undefined) rows.now = next.row;
  const writes =
    outcome.status === 'SUCCESS' && deployment.action === undefined
      ? releaseWrites(deployment, { place: item, at, id: `R${at}` })
      : lastOutcomeWrites(deployment, item, outcome, at);
  for (const write of writes) {
    if (!('put' in write)) continue;
    if (write.put.sk === keys.goodRelease(target).sk && write.put.pk.startsWith('TARGET#')) {
      rows.good = write.put as unknown as Release;
    }
    if (write.put.sk === keys.lastOutcome(target).sk && write.put.pk.startsWith('TARGET#')) {
      rows.last = write.put as unknown as LastOutcomeRow;
    }
  }
};

const begin = (): Rows => ({ now: undefined, good: undefined, last: undefined, at: 0 });

test('NOW names the last who may have changed a target, and an end without changes leaves it as it was', () => {
  fc.assert(
    fc.property(stories, (all) => {
      const rows = begin();
      for (const [batch, story] of all.entries()) {
        const before = rows.now;
        const outcome = tell(rows, batch, story, (row) => {
          expect(row).toMatchObject({ index: batch, state: 'changing' });
          const { target: _, ...stood } = before ?? { target };
          expect(row.before).toEqual(before === undefined ? undefined : stood);
          if (story.action === 'delete') expect(row.version).toBeUndefined();
        });
        if (unchanged.has(story.end)) expect(rows.now).toEqual(before);
        else expect([rows.now?.index, rows.now?.since]).toEqual([batch, rows.at]);
        expect(rows.now?.state).not.toBe('changing');
        expect(rows.now?.before).toBeUndefined();
        if (outcome?.status !== 'SUCCESS') continue;
        if (story.action === 'delete') {
          expect(rows.now?.state).toBe('deleted');
          // No restore goes back to it, and nothing runs there, as far as recorded.
          expect(undeletedRelease(rows.good, rows.last)).toBeUndefined();
          expect(recordedRelease(rows.good, rows.last)).toBeUndefined();
          expect(rows.now).not.toHaveProperty('version');
        } else if (story.action === 'scale') expect(rows.now?.state).toBe('verified');
        else expect(rows.now).toMatchObject({ state: 'verified', version: `${batch}.0.0` });
      }
    }),
  );
});

test('older records without such rows lead to the same: a target filled in later gives the same row', () => {
  fc.assert(
    fc.property(stories, (all) => {
      const rows = begin();
      for (const [batch, story] of all.entries()) {
        tell(rows, batch, story, () => {});
        const told = ({ batch_id, index, state, version, since }: TargetRow) => ({
          batch_id,
          index,
          state,
          version,
          since,
        });
        const derived = deriveNow(target, rows.good, rows.last);
        expect(derived && told(derived)).toEqual(rows.now && told(rows.now));
      }
    }),
  );
});

test('a row that was never written can be rebuilt from the records at any time, with the same result afterwards', () => {
  fc.assert(
    fc.property(stories, fc.nat(11), (all, lostAt) => {
      const kept = begin();
      const lost = begin();
      for (const [batch, story] of all.entries()) {
        if (batch === lostAt) lost.now = deriveNow(target, lost.good, lost.last);
        tell(kept, batch, story, () => {});
        tell(lost, batch, story, () => {});
        expect(lost.now?.batch_id).toBe(kept.now?.batch_id);
        expect(lost.now?.version).toBe(kept.now?.version);
      }
    }),
  );
});
