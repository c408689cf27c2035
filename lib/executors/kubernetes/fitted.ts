import type { KubernetesObject } from '../../domain/ports.ts';
import { withoutScaled } from './replicas.ts';
import { onto } from './standing.ts';
import type { Made, Standing, WantedObject } from './work.ts';

/** What is applied onto what was read, made of that very read. */
export const fitted = ({ wanted, live, isScaled }: Standing): Made => {
  const made = madeFor(wanted, live);
  if ('problem' in made) return made;
  return { object: onto(isScaled ? withoutScaled(made.object, live) : made.object, live) };
};

const madeFor = ({ object, madeOf }: WantedObject, live: KubernetesObject | undefined): Made => {
  if (madeOf === undefined) return { object };
  // A part of it makes no whole.
  return live === undefined ? { problem: 'it has gone, and there are no manifests to make it anew' } : madeOf(live);
};
