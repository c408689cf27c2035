import { mask } from './mask.ts';
import { looksRandom } from './random-looking.ts';
import { type NameKind, nameKind } from './secret-names.ts';

const word = /[A-Za-z][A-Za-z0-9]*(?:[-_.][A-Za-z0-9]+)*/g;
const separator = /\\{0,3}["'`]?\]?[ \t]{0,4}(?:(?:is|was)[ \t]{0,2})?(?::=|=>|[:=])[ \t]{0,4}/y;
const space = /[ \t]{1,4}(?=[^-\s])/y;
const quote = /\\{0,3}["'`]/y;
const scheme = /(?:bearer|basic|digest|token|apikey|negotiate|aws4-hmac-sha256)[ \t]{1,4}/iy;

/** The characters of an unquoted value. In shell-like lines, only a space ends it. */
const ends = { sentence: '\\s"\'`,;&)}\\]', shell: '\\s"\'`' } as const;
type Ends = keyof typeof ends;

/** This many characters are enough to judge a value. The rest is read only if it is a secret, and then once. */
const judged = 256;
const beginOf = (by: Ends): RegExp => new RegExp(`[^${ends[by]}]{1,${judged}}`, 'y');
const restOf = (by: Ends): RegExp => new RegExp(`[^${ends[by]}]*`, 'y');
const begins = { sentence: beginOf('sentence'), shell: beginOf('shell') } as const;
const rests = { sentence: restOf('sentence'), shell: restOf('shell') } as const;

/** Not a secret but a substitute: nothing, a reference, a word for it, a path. */
const placeholder =
  /^(?:[*x.…•]{1,64}|null|none|nil|undefined|unset|true|false|redacted|hidden|masked|empty|\d{1,3}|\$\{.*|\$\(.*|\$[A-Z_]{2,64}|\{\{.*|%\(.*|<[a-z].*|\/(?:[a-z0-9._-]{1,64}\/){1,16}[a-z0-9._-]{0,64})$/i;

/** Words that follow in a sentence about passwords. */
const aboutPasswords: ReadonlySet<string> = new Set([
  ...['invalid', 'incorrect', 'wrong', 'expired', 'missing', 'required', 'denied', 'rejected', 'failed', 'not', 'is'],
  ...['must', 'the', 'no', 'cannot', 'unknown', 'user', 'username', 'for', 'authentication', 'login', 'account', 'to'],
  ...['with', 'and', 'or', 'found', 'mismatch', 'too', 'has', 'was', 'may', 'should', 'string', 'yes'],
]);

const plainWord = /^[A-Za-z]?[a-z]{0,24}[.:!]?$/;
/** Object names: `shop/cart-db`. */
const objectName = /^(?:[a-z]{1,24}|[a-z]{0,3}\d{1,4})(?:[-/.](?:[a-z]{1,24}|[a-z]{0,3}\d{1,4})){1,12}$/;

interface Value {
  readonly from: number;
  /** Enough of it to judge it. */
  readonly begin: string;
  readonly end: () => number;
  readonly isQuoted: boolean;
  /** Assigned with `=`, as programs do; otherwise with a colon or a space, as sentences may. */
  readonly isAssigned: boolean;
}

/** Masks values whose names say that they are secret: `DB_PASSWORD=…`, `"token": "…"`, `--api-key …`, `Cookie: a=…`. */
export const withoutNamedSecrets = (text: string): string => {
  let safe = '';
  let copied = 0;
  const lineEnd = lineEnds(text);
  word.lastIndex = 0;
  for (let found = word.exec(text); found !== null; found = word.exec(text)) {
    const [name] = found;
    const kind = nameKind(name);
    if (kind === undefined) continue;
    const end = found.index + name.length;
    const value = valueAfter(text, { start: found.index, end, kind, lineEnd: lineEnd(end) });
    if (value === undefined) continue;
    if (kind !== 'cookie' && !isSecret(value, name, kind)) continue;
    const to = value.end();
    safe += text.slice(copied, value.from) + (kind === 'cookie' ? withoutCookies(text.slice(value.from, to)) : mask);
    copied = to;
    word.lastIndex = to;
  }
  return safe + text.slice(copied);
};

/** The end of the line that contains a place. Places come in order, so each line is scanned once. */
const lineEnds = (text: string): ((at: number) => number) => {
  let end = -1;
  return (at) => {
    if (at > end) {
      end = text.indexOf('\n', at);
      if (end < 0) end = text.length;
    }
    return end;
  };
};

interface Named {
  readonly start: number;
  readonly end: number;
  readonly kind: NameKind;
  readonly lineEnd: number;
}

const matchAt = (pattern: RegExp, text: string, at: number): string | undefined => {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
};

const valueAfter = (text: string, { start, end, kind, lineEnd }: Named): Value | undefined => {
  const isOption = text.startsWith('--', start - 2);
  const between = matchAt(separator, text, end) ?? (isOption ? matchAt(space, text, end) : undefined);
  if (between === undefined) return undefined;
  let from = end + between.length;
  const isAssigned = between.includes('=') && !between.includes('=>');
  if (kind === 'cookie') return { from, begin: '', end: () => lineEnd, isQuoted: false, isAssigned };
  const opening = matchAt(quote, text, from);
  if (opening !== undefined) from += opening.length;
  if (kind === 'authorization') from += matchAt(scheme, text, from)?.length ?? 0;
  if (opening !== undefined) {
    const to = closingOf(text, opening, from, lineEnd);
    return { from, begin: text.slice(from, Math.min(to, from + judged)), end: () => to, isQuoted: true, isAssigned };
  }
  const by: Ends = isAssigned && /^[A-Z0-9_]+$/.test(text.slice(Math.max(start, end - 64), end)) ? 'shell' : 'sentence';
  const begin = matchAt(begins[by], text, from);
  if (begin === undefined) return undefined;
  const rest = from + begin.length;
  return { from, begin, end: () => rest + (matchAt(rests[by], text, rest)?.length ?? 0), isQuoted: false, isAssigned };
};

/** An unclosed quote extends to the end of its line, because the text may have been cut. */
const closingOf = (text: string, opening: string, from: number, lineEnd: number): number => {
  let at = text.indexOf(opening, from);
  while (at >= 0 && at < lineEnd && opening.length === 1 && isEscaped(text, at)) at = text.indexOf(opening, at + 1);
  return at < 0 || at > lineEnd ? lineEnd : at;
};

const isEscaped = (text: string, at: number): boolean => {
  let slashes = 0;
  while (text[at - 1 - slashes] === '\\') slashes += 1;
  return slashes % 2 === 1;
};

const isSecret = ({ begin, isQuoted, isAssigned }: Value, name: string, kind: NameKind): boolean => {
  if (begin.trim() === '' || placeholder.test(begin)) return false;
  if (kind === 'perhaps') return looksRandom(begin, /pass$/i.test(name) ? 6 : 12);
  if (isAssigned && !isQuoted) return true;
  if (kind === 'password') return isQuoted || !aboutPasswords.has(begin.toLowerCase().replace(/[.:!]$/, ''));
  return !plainWord.test(begin) && !(kind === 'secret' && objectName.test(begin));
};

const pair = /((?:^|[;,\s])([^\s=;,]{1,128})=)([^;,\s]+)/g;
const attributes: ReadonlySet<string> = new Set([
  'path',
  'domain',
  'expires',
  'max-age',
  'samesite',
  'priority',
  'version',
]);

const withoutCookies = (said: string): string =>
  said.replace(pair, (whole, before: string, name: string) =>
    attributes.has(name.toLowerCase()) ? whole : `${before}${mask}`,
  );
