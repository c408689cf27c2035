import { expect, it } from 'vitest';
import { type Evidence, failing } from '../../../lib/domain/rollout/judgement.ts';
import { judgeSignals } from '../../../lib/domain/rollout/signal.ts';

const seen = (name: string, container: string, message = 'cannot start'): Evidence => ({
  kind: 'pod',
  reason: 'ImagePullBackOff',
  ...{ name, container, message },
});

it('a deadline has what was seen until then as its evidence, each container of each pod once', () => {
  const evidence = [seen('p', 'app', 'again'), seen('p', 'side'), seen('q', 'app')];
  const signals = [{ key: 'pull', reason: 'ImagePullBackOff', message: '', grace: Number.POSITIVE_INFINITY, evidence }];
  const finding = failing('ProgressDeadlineExceeded', 'it took too long', [seen('p', 'app')]);
  expect(judgeSignals({ signals, finding }, { now: 0 }).finding.evidence).toEqual([
    seen('p', 'app'),
    seen('p', 'side'),
    seen('q', 'app'),
  ]);
});
