import * as z from 'zod';
import { plainName } from '../alphabets.ts';
import { maskSecrets } from '../masking/mask-secrets.ts';

/** What set a batch off, by name: the run of a CI, a commit, a ticket. They are shown, and nobody follows them but people. */
export type Links = Readonly<Record<string, string>>;

/** By which they come beside a batch, as a JSON object: the file that a CI sends says the same each time. */
export const linksHeader = 'flotilla-links';

export const mostLinks = 10;
const longestName = 64;
const longestAddress = 500;

/** What RFC 3986 lets stand in an address; before the path no user name and no password. */
const address = "^https?://[A-Za-z0-9._~%:-]+(?:[/?#][A-Za-z0-9._~:/?#@!$&'()*+,;=%-]*)?$";

const rule =
  'is no address like https://ci.example.com/runs/17: http or https, no user name and no password, no spaces';

const link = z
  .string()
  .min(1)
  .max(longestAddress)
  .regex(new RegExp(address), { error: rule, abort: true })
  .refine((text) => maskSecrets(text) === text, { error: 'has what looks like a secret, and everybody may read it' });

/** In a file, and beside one. */
export const linksSchema = z
  .record(z.string().min(1).max(longestName).regex(new RegExp(plainName.pattern), plainName.rule), link)
  .refine((links) => Object.keys(links).length <= mostLinks, { error: `has more than ${mostLinks} links` })
  .meta({
    maxProperties: mostLinks,
    description: 'What set it off: addresses by name, for example of a CI run, a commit, a ticket.',
  });

/** Those of the file, and those that came beside it, which win. */
export const linksTogether = (own: Links = {}, given: Links = {}): Links => ({ ...own, ...given });
