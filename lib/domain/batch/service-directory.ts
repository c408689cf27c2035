import { type Draft, serviceKeyOf } from './drafts.ts';

/** A service in the batch, on one infrastructure or several. */
export interface NamedService {
  readonly key: string;
  /** Its drafts, in file order. */
  readonly places: readonly number[];
}

/** Services by name. If two items name a service, the first counts. */
export interface Directory {
  readonly byKey: ReadonlyMap<string, NamedService>;
  /** By bare service name: one for each pillar. */
  readonly byName: ReadonlyMap<string, readonly NamedService[]>;
}

/** `isRepeated`: items may name a service again. */
export const makeDirectory = (drafts: readonly Draft[], isRepeated = false): Directory => {
  const byKey = new Map<string, { readonly key: string; readonly places: number[] }>();
  const byName = new Map<string, NamedService[]>();
  drafts.forEach((draft, place) => {
    const [key, { service }] = [serviceKeyOf(draft), draft];
    if (key === undefined || service === undefined) return;
    const known = byKey.get(key);
    if (known === undefined) {
      const found = { key, places: [place] };
      byKey.set(key, found);
      const namesakes = byName.get(service);
      if (namesakes === undefined) byName.set(service, [found]);
      else namesakes.push(found);
    } else if (isRepeated || drafts[known.places[0]!]!.path === draft.path) known.places.push(place);
  });
  return { byKey, byName };
};

/**
 * `pillar/service` means exactly that one. A bare name means every service with that name. The pillar's case does not
 * matter.
 */
export const servicesCalled = (name: string, { byKey, byName }: Directory): readonly NamedService[] => {
  const slash = name.indexOf('/');
  if (slash === -1) return byName.get(name) ?? [];
  const found = byKey.get(name.slice(0, slash).toLowerCase() + name.slice(slash));
  return found === undefined ? [] : [found];
};
