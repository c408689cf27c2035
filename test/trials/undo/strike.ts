import { FlotillaError } from '../../../lib/domain/errors.ts';
import type { PortCall } from '../../workflow/call-meter.ts';
import { type Store, sqliteStore } from '../../workflow/store.ts';
import type { World } from '../../workflow/world.ts';
import type { Delivery, Story, Strike } from './draw-story.ts';

const ordered = 'ordered by the trial';

/** Whether an error is one that the trial has thrown itself, and not one of ours. */
export const isOrdered = (error: unknown): boolean =>
  error instanceof Error && (error.message.includes(ordered) || error.name === 'Runtime.ExitError');

/** Calls that change something, or ask the executor to. */
const changing = /^(table\.transact|workflow\.\w+|executor\.(start|cancel)|documents\.put|bus\.put|anchors\.put)$/;

/** Milliseconds after which a function that hangs is ended; its caller then gets an error. */
const functionTime = 60_000;

/** Kills the function of that name. Its caller learns that at once, or when the function's time is over. */
export const killFunction = (world: World, name: string, heard: 'error' | 'late'): void => {
  const { clock, log } = world;
  const late = (tell: () => void): void => void clock.setTimer(clock.now() + functionTime, tell);
  if (log.kill(name, heard === 'late' ? late : heard) > 0) world.renew();
};

/** Makes the calls that the story names fail, until it is stopped. */
export const strike = (world: World, { strikes }: Story): (() => void) => {
  let calls = 0;
  world.meter.fault = (call) => {
    if (!changing.test(call.name)) return undefined;
    calls += 1;
    const hit = strikes.find(({ nth }) => nth === calls);
    return hit === undefined ? undefined : { error: errorOf(world, call, hit), when: whenOf(call, hit) };
  };
  return () => {
    world.meter.fault = undefined;
  };
};

/**
 * A start that our client reports as certainly not accepted had no effect; every other loss may come before or after.
 */
const whenOf = ({ name }: PortCall, { what, when }: Strike): 'before' | 'after' =>
  what === 'lost' && name.startsWith('executor.') ? 'before' : when;

const errorOf = (world: World, { name }: PortCall, { what }: Strike): Error => {
  const { current } = world.log;
  if (what === 'lost') return lost(name);
  if (current !== undefined) killFunction(world, current, what === 'killed' ? 'error' : 'late');
  return Object.assign(new Error(ordered), { name: 'Runtime.ExitError' });
};

const lost = (name: string): Error => {
  if (name.startsWith('table.')) return new FlotillaError('TableBusy', ordered);
  if (name.startsWith('workflow.')) return new FlotillaError('WorkflowUnavailable', ordered);
  if (name.startsWith('executor.')) return new FlotillaError('ExecutorUnavailable', ordered);
  return new Error(ordered);
};

/** A table whose changes come twice, or late. `sleep` is known only when there is a world. */
export const deliveringStore = (
  deliveries: readonly Delivery[],
  sleep: (milliseconds: number) => Promise<void>,
): Store => {
  const store = sqliteStore();
  let calls = 0;
  const disturbed = async (deliver: () => Promise<void>): Promise<void> => {
    calls += 1;
    const disturbance = deliveries.find(({ nth }) => nth === calls);
    if (disturbance !== undefined && disturbance.late > 0) await sleep(disturbance.late * 1_000);
    await deliver();
    if (disturbance?.twice) await deliver();
  };
  return {
    ...store,
    follow: ({ publish, dispatch, onFault }) =>
      store.follow({
        publish: (rows) => disturbed(() => publish(rows)),
        dispatch: () => disturbed(dispatch),
        onFault,
      }),
  };
};
