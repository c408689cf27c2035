/** What a value's name says about it. */
export type NameKind =
  /** Chosen by people, so any word may be one. */
  | 'password'
  /** Made by programs, so a plain word after it is a remark, not a secret. */
  | 'secret'
  /** A secret only if the value looks like one. */
  | 'perhaps'
  | 'authorization'
  | 'cookie';

const passwords: readonly string[] = ['password', 'passwd', 'passphrase', 'pwd'];
const secrets: readonly string[] = ['secret', 'token', 'apikey', 'secretkey', 'accesskey', 'privatekey', 'accountkey'];
const perhaps: ReadonlySet<string> = new Set([
  ...['auth', 'sig', 'signature', 'session', 'sid', 'sessionid', 'jsessionid', 'phpsessid', 'sessid', 'csrf', 'xsrf'],
  ...['pass', 'otp'],
]);
/** Words that make a key a secret. */
const beforeKey: ReadonlySet<string> = new Set([
  ...[
    'api',
    'access',
    'secret',
    'private',
    'account',
    'encryption',
    'signing',
    'master',
    'service',
    'shared',
    'storage',
  ],
  ...['auth', 'license', 'deploy', 'ssh', 'subscription', 'admin', 'root', 'webhook', 'hmac', 'jwt', 'session', 'app'],
  'client',
]);

/** Names are short, and their end says what they are. */
const longestName = 64;

/** `DB_PASSWORD`, `apiKey`, `spring.datasource.password`; not `PASSWORD_FILE`, `token_count`, `public key`. */
export const nameKind = (name: string): NameKind | undefined => {
  const parts = name
    .slice(-longestName)
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .split(/[-_.]/);
  const last = parts.at(-1) ?? '';
  const before = parts.at(-2) ?? '';
  if (last === 'authorization') return 'authorization';
  if (last === 'cookie') return 'cookie';
  if (passwords.some((one) => last.endsWith(one)) || (last === 'pass' && before !== '')) return 'password';
  if (secrets.some((one) => last.endsWith(one)) || last === 'credential' || last === 'credentials') return 'secret';
  if ((last === 'key' && beforeKey.has(before)) || (last === 'data' && before === 'key')) return 'secret';
  return perhaps.has(last) || (last === 'id' && before === 'session') ? 'perhaps' : undefined;
};
