import { describe, expect, it } from 'vitest';
import { type Evidence, failing, waiting } from '../../../lib/domain/rollout/judgement.ts';
import { judgeSignals, type Signal } from '../../../lib/domain/rollout/signal.ts';

const seen = (name: string, container: string, message = 'cannot start'): Evidence => ({
  kind: 'pod',
  reason: 'ImagePullBackOff',
  ...{ name, container, message },
});

it('a deadline has everything seen until then as its evidence, each container of each pod once', () => {
  const evidence = [seen('p', 'app', 'again'), seen('p', 'side'), seen('q', 'app')];
  const signals = [{ key: 'pull', reason: 'ImagePullBackOff', message: '', grace: Number.POSITIVE_INFINITY, evidence }];
  const fact: Evidence = {
    kind: 'condition',
    name: 'Progressing',
    reason: 'ProgressDeadlineExceeded',
    message: 'it took too long',
  };
  const finding = failing('ProgressDeadlineExceeded', 'it took too long', [fact, seen('p', 'app')]);
  expect(judgeSignals({ signals, finding }, { now: 0 }).finding.evidence).toEqual([
    fact,
    seen('p', 'app'),
    seen('p', 'side'),
    seen('q', 'app'),
  ]);
});

const pending = waiting('ReplicasNotReady', '1 of 2', ['it is paused']);
const signal = (key: string, name: string, more: Partial<Signal> = {}): Signal => ({
  ...{ key, reason: `${key}Reason`, message: `${key} of ${name}`, grace: 10, evidence: [seen(name, 'app')] },
  ...more,
});

describe('signals', () => {
  const one = signal('pull', 'p');
  const other = signal('config', 'q');
  const again = signal('pull', 'r');

  it('that are absent leave the finding unchanged, and nothing is remembered', () => {
    expect(
      judgeSignals(
        { signals: [], finding: pending },
        { now: 5, previous: { first_seen: { pull: 1 }, saw_expected: true } },
      ),
    ).toEqual({
      ...{ first_seen: {}, finding: pending },
    });
  });

  it('hold it up first: it waits for the first of them, with the messages of its kind', () => {
    expect(judgeSignals({ signals: [one, other, again], finding: pending }, { now: 5 })).toEqual({
      first_seen: { pull: 5, config: 5 },
      finding: {
        ...{ verdict: 'waiting', reason: 'pullReason', message: 'pull of p', warnings: ['it is paused'] },
        evidence: [seen('p', 'app'), seen('r', 'app')],
      },
    });
  });

  it('fail it when one has lasted, the first of those that have', () => {
    const previous = { first_seen: { config: 0, other: 0 }, saw_expected: false };
    expect(judgeSignals({ signals: [one, other], finding: pending }, { now: 10, previous })).toEqual({
      first_seen: { pull: 10, config: 0 },
      finding: failing('configReason', 'config of q', [seen('q', 'app')]),
    });
    expect(judgeSignals({ signals: [one, other], finding: pending }, { now: 9, previous }).finding.verdict).toBe(
      'waiting',
    );
  });

  it('become warnings, each kind once, at their time', () => {
    const slow = { grace: 99_000, warnAfter: 2_000 };
    const signals = [
      ...[signal('pull', 'r', { grace: 99_000 }), signal('node', 'p', slow), signal('node', 'q', slow)],
      signal('disk', 's', { ...slow, warnAfter: 3_000 }),
    ];
    const at = (now: number) =>
      judgeSignals(
        { signals, finding: { ...pending, warnings: [] } },
        { now, previous: { first_seen: { node: 0, pull: 0, disk: 0 }, saw_expected: false } },
      );
    expect(at(1_999).finding.warnings).toBeUndefined();
    expect(at(2_000).finding.warnings).toEqual(['node of p (for more than 2 s)']);
    expect(at(3_000).finding.warnings).toEqual(['node of p (for more than 2 s)', 'disk of s (for more than 3 s)']);
  });

  it('come with at most five facts', () => {
    const signals = ['1', '2', '3', '4', '5', '6'].map((name) => signal('pull', name));
    const names = (finding: { evidence?: readonly Evidence[] }) => finding.evidence?.map(({ name }) => name);
    const look = { now: 0 };
    expect(names(judgeSignals({ signals, finding: pending }, look).finding)).toEqual(['1', '2', '3', '4', '5']);
    const over = failing('Over', 'over', [seen('0', 'app')]);
    expect(names(judgeSignals({ signals, finding: over }, look).finding)).toEqual(['0', '1', '2', '3', '4']);
    expect(names(judgeSignals({ signals, finding: failing('Over', 'over') }, look).finding)).toHaveLength(5);
  });
});
