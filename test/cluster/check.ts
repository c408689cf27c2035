import { isDeepStrictEqual } from 'node:util';
import type { Case, Verdict } from './case.ts';
import type { Second } from './kubectl.ts';
import type { Played } from './play.ts';
import type { Shown } from './recorder.ts';

/** All differences between a deployment and its expectation. */
export const problemsOf = ({ expect, to }: Case, { view, took, leaves, second }: Played): readonly string[] => {
  const { status, reason, message, warnings, failure, evidence } = view;
  const facts = JSON.stringify(evidence);
  const told = `${failure?.reason}: ${failure?.message}`;
  const { within = Number.POSITIVE_INFINITY, after = 0, warns = [], says, because } = expect;
  return [
    ...(status === expect.status && reason === expect.reason ? [] : [`${status}/${reason}: ${message}`]),
    ...(says === undefined || says.test(message) ? [] : [`it does not say ${says}: ${message}`]),
    ...(because === undefined || because.test(told) ? [] : [`the cause is not ${because}: ${told}`]),
    ...(expect.evidence ?? [])
      .filter((one) => !facts.includes(one))
      .map((one) => `no "${one}" in the evidence ${facts}`),
    ...warns.filter((one) => !warnings.some((text) => one.test(text))).map((one) => `no warning ${one}: ${warnings}`),
    ...(warns.length === 0 && warnings.length > 0 ? [`unexpected warnings: ${warnings}`] : []),
    ...(leaves === (expect.leaves === undefined ? to : (expect.leaves ?? undefined))
      ? []
      : [`the tag at the end is ${leaves}`]),
    ...(second === undefined || [second, 'either'].includes(secondOf(expect)) ? [] : [`kubectl calls it ${second}`]),
    ...(took <= within ? [] : [`it took ${took} s, at most ${within} are right`]),
    ...(took >= after ? [] : [`it took ${took} s: too early before ${after} s`]),
  ];
};

const secondOf = ({ kubectl, status }: Verdict): Second | 'either' =>
  kubectl ?? (status === 'SUCCESS' ? 'complete' : 'incomplete');

/** Where the simulated cluster showed other reasons than the real one, or in another order. */
export const differencesOf = (real: Shown, simulated: Shown): readonly string[] =>
  [...new Set([...Object.keys(real), ...Object.keys(simulated)])]
    .filter((stream) => !isDeepStrictEqual(real[stream], simulated[stream]))
    .filter((stream) => !isDeepStrictEqual(certain(real[stream]), certain(simulated[stream])))
    .map((stream) => {
      const [one, other] = [real, simulated].map((shown) => shown[stream]?.join(', ') ?? 'nothing');
      return `${stream}: real ${one}; simulated ${other}`;
    });

/**
 * The real controller sees its own writes late. If it counts the first pod before it sees the status from the beginning
 * of the rollout, it takes that for no progress. Then it gives no ReplicaSetUpdated.
 */
const certain = (reasons: readonly string[] = []): readonly string[] =>
  reasons.filter((one) => one !== 'True ReplicaSetUpdated').filter((one, at, all) => one !== all[at - 1]);
