import { mask } from '../domain/masking/mask.ts';

/** A text without secrets of ours, in any of the forms in which somebody may send them back. */
export const withoutSecrets = (text: string, secrets: readonly string[]): string =>
  secrets
    .filter((secret) => secret !== '')
    .flatMap((secret) => [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])
    .toSorted((one, other) => other.length - one.length)
    .reduce((safe, form) => safe.replaceAll(form, mask), text);
