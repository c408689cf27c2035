import { type Draft, serviceKeyOf } from './drafts.ts';

/** A service of the batch, on one infrastructure or several. */
export interface NamedService {
  readonly key: string;
  /** Its drafts, in the order of the file. */
  readonly places: readonly number[];
}

/** Who is called what. Of a service that two items name, the first item counts. */
export interface Directory {
  readonly byKey: ReadonlyMap<string, NamedService>;
  /** By bare service name: one for each pillar. */
  readonly byName: ReadonlyMap<string, readonly NamedService[]>;
}

/** `isRepeated`: items may name one service again. */
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

/** `pillar/service` means that one; a bare name means every service of that name. The pillar is in any letter case. */
export const servicesCalled = (name: string, { byKey, byName }: Directory): readonly NamedService[] => {
  const slash = name.indexOf('/');
  if (slash === -1) return byName.get(name) ?? [];
  const found = byKey.get(name.slice(0, slash).toLowerCase() + name.slice(slash));
  return found === undefined ? [] : [found];
};
