import { type Answer, failure, htmlError, throttledAtEdge, throttledByService } from './envelopes.ts';
import type { FaultName, RouteName } from './fault-rules.ts';
import type { FaultOrder } from './fault-schema.ts';
import type { Facts } from './faults.ts';
import { type Call, noSuchRoute } from './router.ts';
import type { World } from './world.ts';

/** The answer to a request that a fault strikes. Without a call of `work`, nothing has been performed. */
type Effect = (work: () => Answer, order: FaultOrder, call: Call) => Answer;

const ruined =
  (answer: (told: string) => Answer): Effect =>
  (work, { when }) => {
    if (when === 'before') return answer('SIMULATED: nothing was done');
    work();
    return answer('SIMULATED: it was done all the same');
  };

const effects: { readonly [fault in FaultName]?: Effect } = {
  reject: () => failure('INVALID_REQUEST', 'SIMULATED: this request is refused'),
  'too-many-requests': () => throttledAtEdge(),
  throttle: () => throttledByService(),
  'server-error': ruined((told) => failure('UNKNOWN_ERROR', told)),
  'html-error': ruined(htmlError),
  'drop-reply': (work) => ({ ...work(), cut: 'after' }),
  'refuse-connection': () => ({ status: 0, cut: 'before' }),
  'no-v2-details': (_, __, call) => noSuchRoute(call),
};

interface Strike {
  readonly route: RouteName;
  readonly call: Call;
  readonly facts: Facts;
  /** Faults that cannot strike this kind of request. */
  readonly except?: FaultName;
}

/** Performs a request, or what its faults demand instead. */
export const struck = (world: World, { route, call, facts, except }: Strike, work: () => Answer): Answer => {
  const { fault, late } = world.faults.drawRequest(route, facts, except);
  const effect = fault === undefined ? undefined : effects[fault.fault];
  const answer = effect === undefined ? work() : effect(work, fault!, call);
  return late > 0 ? { ...answer, late } : answer;
};
