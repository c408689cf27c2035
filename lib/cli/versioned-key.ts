import { CommandFailure, exitStatus } from './failure.ts';

/** A deployment, and its new version. */
export type VersionedKey = readonly [key: string, version: string];

/**
 * `risk/cva=1.4.0`, or for one infrastructure `risk/cva@eu-1=1.4.0`; undefined for anything else, such as a file name.
 */
export const versionedKey = (text: string): VersionedKey | undefined => {
  const [, key, version] = /^([A-Za-z0-9_-]+\/[A-Za-z0-9_-]+(?:@[A-Za-z0-9._-]+)?)=(.+)$/.exec(text) ?? [];
  return key === undefined || version === undefined ? undefined : [key, version];
};

/** The values of a repeated option. */
export const keysAndVersions = (texts: readonly string[], option: string): readonly VersionedKey[] => {
  const found = texts.map((text) => {
    const one = versionedKey(text);
    if (one !== undefined) return one;
    throw unfit(`${option} takes pillar/service=VERSION, for example risk/cva=1.4.0, and not ${JSON.stringify(text)}.`);
  });
  const twice = found.find(([key], at) => found.findIndex(([other]) => other === key) !== at);
  if (twice !== undefined) throw unfit(`${option} names ${twice[0]} twice.`);
  return found;
};

const unfit = (message: string): CommandFailure => new CommandFailure(exitStatus.usage, [message]);
