import { listed } from './findings.ts';
import { copiesOf, serviceKey } from './keys-called.ts';
import { nearOnes } from './nearest.ts';

/** Which of a batch's keys an unknown one may have meant, as the end of a message. Empty if none. */
export const keyHint = (key: string, keys: readonly string[]): string => {
  const copies = copiesOf(key, keys);
  if (copies.length > 0) return ` (it is on several infrastructures: ${listed(copies)})`;
  const meant = keysMeant(key, keys);
  return meant.length === 0 ? '' : ` (did you mean ${meant.slice(0, mostMeant).join(' or ')}?)`;
};

const mostMeant = 5;

/** Keys that end in a service's name, or the nearest ones. */
const keysMeant = (key: string, keys: readonly string[]): readonly string[] => {
  const ending = keys.filter((one) => serviceKey(one).endsWith(`/${key}`) || one.endsWith(`/${key}`));
  if (ending.length > 0) return ending;
  const near = nearOnes(key, keys, (one) => (key.includes('/') ? one : one.slice(one.lastIndexOf('/') + 1)));
  return near.filter(({ distance }) => distance === near[0]!.distance).map(({ candidate }) => candidate);
};
