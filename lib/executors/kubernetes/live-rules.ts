import { objectTitle } from '../../domain/manifests/manifest-object.ts';
import { checkRules } from '../../domain/manifests/rules/check-rules.ts';
import { present } from '../../domain/present.ts';
import { type Standing, settingsOf, type Work } from './work.ts';

/**
 * Which rules what now stands there breaks: a webhook or an older object may have made more of it than the manifests say, and of an image alone
 * the plan has seen no object. One line for each object.
 */
export const liveWarnings = (
  { request, applied }: Work,
  standing: readonly Standing[],
  isWhole: boolean,
): readonly string[] => {
  const policy = present(settingsOf(request), ['rules', 'pod_security']);
  return standing.flatMap(({ wanted, live: found }) => {
    // What was read before this look has applied it is the release before.
    const live = applied.get(wanted) ?? found;
    if (live === undefined) return [];
    const known = new Set(isWhole ? checkRules(wanted.object, policy).map(({ rule }) => rule) : []);
    const broken = new Set(checkRules(live, policy).flatMap(({ rule }) => (known.has(rule) ? [] : [rule])));
    if (broken.size === 0) return [];
    return [`${objectTitle(wanted.object)} breaks rules as it runs: ${[...broken].sort().join(', ')}`];
  });
};
