import type { SimulatedTrigger } from './options.ts';

export interface TriggerCall {
  readonly pipeline: string | undefined;
  readonly trigger: string | undefined;
  /** The token of the v3 address; undefined on the v2 address. */
  readonly token: string | undefined;
}

/**
 * Which triggers a webhook call starts, or why it is rejected. Without a trigger's identifier, every enabled custom
 * trigger in reach matches, and each starts a run. A trigger with a token is rejected on the v2 address.
 */
export const matchTriggers = (
  triggers: readonly SimulatedTrigger[] | undefined,
  call: TriggerCall,
): readonly SimulatedTrigger[] | string => {
  if (triggers === undefined) return anyTrigger(call);
  const matching = triggers.filter(
    (each) =>
      each.enabled !== false &&
      (call.pipeline === undefined || each.pipeline === call.pipeline) &&
      (call.trigger === undefined || each.trigger === call.trigger) &&
      (call.token === undefined || each.token === call.token),
  );
  if (call.token !== undefined && matching.length === 0)
    return 'No enabled custom trigger found for the used custom webhook token';
  const open = call.token === undefined ? matching.filter((each) => each.token === undefined) : matching;
  if (matching.length > 0 && open.length === 0) return 'This trigger has a webhook token: use the v3 address';
  return open.length > 0 ? open : 'No enabled custom trigger found for the given identifiers';
};

const anyTrigger = ({ pipeline, trigger, token }: TriggerCall): readonly SimulatedTrigger[] | string =>
  pipeline === undefined || trigger === undefined
    ? 'No enabled custom trigger found for the given identifiers'
    : [{ pipeline, trigger, ...(token === undefined ? {} : { token }) }];
