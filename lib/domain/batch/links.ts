import * as z from 'zod';
import { plainName } from '../alphabets.ts';
import { maskSecrets } from '../masking/mask-secrets.ts';

/**
 * What triggered a batch, by name: a CI run, a commit, a ticket. They are only shown; nothing follows them
 * automatically.
 */
export type Links = Readonly<Record<string, string>>;

/** The header for links that come with a batch, as a JSON object: a CI sends the same file each time. */
export const linksHeader = 'flotilla-links';

export const mostLinks = 10;
const longestName = 64;
const longestAddress = 500;

/** What RFC 3986 allows in an address, without user name and password. */
const address = "^https?://[A-Za-z0-9._~%:-]+(?:[/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?$";

const rule =
  'is not an address like https://ci.example.com/runs/17: http or https, without user name, password or spaces';

const link = z
  .string()
  .min(1)
  .max(longestAddress)
  .regex(new RegExp(address), { error: rule, abort: true })
  .refine((text) => maskSecrets(text) === text, { error: 'seems to contain a secret, and everyone may read it' });

/** In a file, and in the header. */
export const linksSchema = z
  .record(z.string().min(1).max(longestName).regex(new RegExp(plainName.pattern), plainName.rule), link)
  .refine((links) => Object.keys(links).length <= mostLinks, { error: `has more than ${mostLinks} links` })
  .meta({
    maxProperties: mostLinks,
    description: 'What triggered it: addresses by name, for example of a CI run, a commit or a ticket.',
  });

/** The file's links together with the given ones, which win. */
export const linksTogether = (own: Links = {}, given: Links = {}): Links => ({ ...own, ...given });
