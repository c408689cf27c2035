import { listed } from '../../domain/batch/findings.ts';
import { FlotillaError } from '../../domain/errors.ts';
import { type Role, roles, scopesOfRole } from '../../domain/grants/role.ts';
import { type Actor, localActor, personNamed } from '../../domain/record/actor.ts';
import { fewestCharacters, isSecret } from '../secret-file.ts';
import { ownName } from './own-token.ts';
import { tokenName } from './token-name.ts';

/** A token given to the server from outside. */
export interface GivenToken {
  readonly token: string;
  readonly actor: Actor;
}

/**
 * Whether a text contains several tokens, as `NAME:ROLE:TOKEN`, separated by commas or lines. Otherwise it is one
 * token.
 */
export const isTokenList = (text: string): boolean => /\n/.test(text.trim()) || /^\s*[^:,\s]*:[^:,\s]*:/.test(text);

/**
 * The tokens in `$FLOTILLA_TOKEN`: one token, equal to the server's own, or several with names and roles. Throws
 * ConfigurationInvalid with all problems at once. No message repeats any of the text: any word could be a misplaced
 * token.
 */
export const givenTokens = (text: string | undefined): readonly GivenToken[] => {
  if (text === undefined) return [];
  if (!isTokenList(text)) return [plainToken(text)];
  const read = entriesOf(text).map(readEntry);
  const problems = [...read.flatMap(({ problems: found }) => found), ...repeated(read)];
  if (problems.length === 0)
    return read.map(({ name, role, token }) => ({ token, actor: actorOf(name, role as Role) }));
  throw new FlotillaError(
    'ConfigurationInvalid',
    ['$FLOTILLA_TOKEN takes NAME:ROLE:TOKEN, with commas between or one a line.', ...problems].join('\n'),
  );
};

const plainToken = (token: string): GivenToken => {
  if (isSecret(token)) return { token, actor: localActor };
  const message = `The token in $FLOTILLA_TOKEN ${tooShort(token)} Leave it unset: the server makes one by itself.`;
  throw new FlotillaError('ConfigurationInvalid', message);
};

const tooShort = (token: string): string =>
  `has ${token.length} characters, and one that lets in has ${fewestCharacters} or more, without spaces.`;

const entriesOf = (text: string): readonly string[] =>
  text
    .split(/[,\n]/)
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');

interface Entry {
  readonly place: number;
  readonly name: string;
  readonly role: string;
  readonly token: string;
  readonly problems: readonly string[];
}

const readEntry = (entry: string, index: number): Entry => {
  const place = index + 1;
  const parts = /^([^:]*):([^:]*):(.*)$/.exec(entry);
  const [, name = '', role = '', token = ''] = parts ?? [];
  const problems =
    parts === null
      ? ['is not NAME:ROLE:TOKEN.']
      : [
          ...(tokenName.pattern.test(name) ? [] : [`has no name that is one: ${tokenName.rule}`]),
          ...(name === ownName ? ['has the name reserved for the owner of the data folder; choose another.'] : []),
          ...(roles.some((known) => known === role) ? [] : [`has none of the roles ${listed(roles)}.`]),
          ...(isSecret(token) ? [] : [`${tooShort(token)}`]),
        ];
  return { place, name, role, token, problems: problems.map((problem) => `Entry ${place} ${problem}`) };
};

/** Each name has one token, and each token one name. */
const repeated = (entries: readonly Entry[]): readonly string[] =>
  entries.flatMap(({ place, name, token }, at) => {
    const before = entries.slice(0, at);
    const named = before.find((one) => one.name === name && name !== '');
    const same = before.find((one) => one.token === token && token !== '');
    return [
      ...(named === undefined ? [] : [`Entry ${place} has the name of entry ${named.place}.`]),
      ...(same === undefined ? [] : [`Entry ${place} has the token of entry ${same.place}.`]),
    ];
  });

/** A role that decides for people makes it a person. */
const actorOf = (name: string, role: Role): Actor => {
  const isPerson = role === 'approver' || role === 'admin';
  const subject = personNamed(name);
  return {
    kind: isPerson ? 'person' : 'program',
    subject,
    ...(isPerson ? {} : { client: subject }),
    groups: [],
    scopes: scopesOfRole[role],
  };
};
