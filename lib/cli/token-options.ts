import { InvalidArgumentError } from 'commander';
import { type Scope, scopes } from '../domain/record/actor.ts';

const wordsIn = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(',')
      .map((word) => word.trim())
      .filter((word) => word !== ''),
  ),
];

/** `read,deploy`. */
export const scopesOption = (text: string): readonly Scope[] => {
  const words = wordsIn(text);
  const known = scopes.filter((scope) => words.includes(scope));
  if (known.length === words.length && known.length > 0) return known;
  throw new InvalidArgumentError(`Of ${scopes.join(', ')} some are needed, with commas between.`);
};

export const groupsOption = wordsIn;

export const kindOption = (text: string): 'person' | 'program' => {
  if (text === 'person' || text === 'program') return text;
  throw new InvalidArgumentError('It is person or program.');
};

const units = { h: 3_600_000, d: 86_400_000 } as const;

/** `90d`, `12h` or `never`: in milliseconds. */
export const expiresOption = (text: string): number | 'never' => {
  if (text === 'never') return text;
  const [, count, unit] = /^([1-9]\d{0,3})([hd])$/.exec(text) ?? [];
  if (count !== undefined) return Number(count) * units[unit as keyof typeof units];
  throw new InvalidArgumentError('It is 1 to 9999 days or hours, as 90d or 12h, or never.');
};

export const usualExpiry = expiresOption('90d');
