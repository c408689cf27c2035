import { objectTitle } from '../../domain/manifests/manifest-object.ts';
import { checkRules } from '../../domain/manifests/rules/check-rules.ts';
import { present } from '../../domain/present.ts';
import { type Standing, settingsOf, type Work } from './work.ts';

/**
 * The rules that the live objects break. A webhook or an older object may have added to the manifests, and with an
 * image alone the plan has seen no object. One line per object.
 */
export const liveWarnings = (
  { request, applied }: Work,
  standing: readonly Standing[],
  isWhole: boolean,
): readonly string[] => {
  const policy = present(settingsOf(request), ['rules', 'pod_security']);
  return standing.flatMap(({ wanted, live: found }) => {
    // Before this look applied it, the object read was still the previous release.
    const live = applied.get(wanted) ?? found;
    if (live === undefined) return [];
    const known = new Set(isWhole ? checkRules(wanted.object, policy).map(({ rule }) => rule) : []);
    const broken = new Set(checkRules(live, policy).flatMap(({ rule }) => (known.has(rule) ? [] : [rule])));
    if (broken.size === 0) return [];
    return [`${objectTitle(wanted.object)} breaks rules as deployed: ${[...broken].sort().join(', ')}`];
  });
};
