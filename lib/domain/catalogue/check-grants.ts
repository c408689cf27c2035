import { listed, type Path, quoted } from '../batch/findings.ts';
import { type IssueCode, issueCodes } from '../batch/issues.ts';
import { isMapping, type Mapping } from '../batch/mapping.ts';
import { didYouMean, nearest } from '../batch/nearest.ts';
import { all } from '../grants/grant.ts';
import type { ConfigurationText } from './configuration-text.ts';

/** Each grant names its holder and only existing places: an unknown name would grant nothing. */
export const checkGrants = (
  { grants, environments }: Mapping,
  pillars: readonly string[],
  text: ConfigurationText,
): void => {
  if (!Array.isArray(grants)) return;
  const known = isMapping(environments) ? Object.keys(environments) : undefined;
  grants.forEach((grant: unknown, place) => {
    if (!isMapping(grant)) return;
    const path: Path = ['grants', place];
    checkWho(grant, path, { text, words: ['subject', 'client', 'group'] });
    checkNames(grant.pillars, [...path, 'pillars'], { text, known: pillars, code: issueCodes.UnknownPillar });
    checkNames(grant.environments, [...path, 'environments'], { text, known, code: issueCodes.UnknownEnvironment });
  });
};

/** Each role belongs to a person or a group. */
export const checkRoles = ({ roles }: Mapping, text: ConfigurationText): void => {
  if (!Array.isArray(roles)) return;
  roles.forEach((row: unknown, place) => {
    if (isMapping(row)) checkWho(row, ['roles', place], { text, words: ['subject', 'group'] });
  });
};

interface Who {
  readonly text: ConfigurationText;
  /** Exactly one of these must be given. */
  readonly words: readonly string[];
}

const checkWho = (row: Mapping, path: Path, { text, words }: Who): void => {
  const said = words.filter((word) => row[word] !== undefined);
  if (said.length === 1) return;
  const message = said.length === 0 ? 'does not say whom it is for' : `is for ${said.join(' and ')} at once`;
  text.report(path, issueCodes.NotAllowed, {
    message,
    hint: `give one of ${listed(words.slice(0, -1))} and ${words.at(-1)}`,
  });
};

interface Names {
  readonly text: ConfigurationText;
  /** Absent if any name is accepted. */
  readonly known: readonly string[] | undefined;
  readonly code: IssueCode;
}

const checkNames = (names: unknown, path: Path, { text, known, code }: Names): void => {
  if (!Array.isArray(names) || known === undefined) return;
  names.forEach((name: unknown, place) => {
    if (typeof name !== 'string' || name === '' || name === all || known.includes(name)) return;
    const near = nearest(name, known);
    const at = [...path, place];
    text.report(at, code, {
      message: `there is no ${quoted(String(text.written(at)))}; known: ${listed([...known].sort())}, or ${quoted(all)}`,
      hint: didYouMean(near),
      allowed: [...known, all],
    });
  });
};
