import type { KubernetesObject } from '../../domain/ports.ts';
import { withoutScaled } from './replicas.ts';
import { onto } from './standing.ts';
import type { Made, Standing, WantedObject } from './work.ts';

/** The object to apply onto what was read, built from exactly that read. */
export const fitted = ({ wanted, live, isScaled }: Standing): Made => {
  const made = madeFor(wanted, live);
  if ('problem' in made) return made;
  return { object: onto(isScaled ? withoutScaled(made.object, live) : made.object, live) };
};

const madeFor = ({ object, madeOf }: WantedObject, live: KubernetesObject | undefined): Made => {
  if (madeOf === undefined) return { object };
  // A part cannot be made into a whole.
  return live === undefined ? { problem: 'it is gone, and there are no manifests to create it again' } : madeOf(live);
};
