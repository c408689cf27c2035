/** Lines as programs write them, each with a made-up secret, and lines that only look as if they had one. */

/** Letters and digits that look random, and are the same in every run. */
export const chance = (length: number, seed = 1): string => {
  const letters = 'ABCDEFGHJKMNPQRSTUVWXYZabcdefghjkmnpqrstuvwxyz23456789';
  let state = seed * 7_919 + 17;
  const made = Array.from({ length }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return letters[state % letters.length];
  });
  return `k7${made.join('').slice(2)}`;
};

const upper = (length: number): string => chance(length).toUpperCase();
const pem = (kind: string, part: 'BEGIN' | 'END'): string => `-----${part} ${kind}PRIVATE KEY-----`;
const lines64 = [chance(64, 3), chance(64, 4)] as const;

export interface SecretLine {
  readonly what: string;
  readonly line: string;
  readonly secrets: readonly string[];
}

const holding = (what: string, secret: string, line: (secret: string) => string): SecretLine => ({
  what,
  line: line(secret),
  secrets: [secret],
});

export const secretLines: readonly SecretLine[] = [
  holding('the id of an AWS key', `AKIA${upper(16)}`, (s) => `export AWS_ACCESS_KEY_ID=${s}`),
  holding('the id of an AWS key by itself', `ASIA${upper(16)}`, (s) => `denied for ${s}, try again`),
  holding('an AWS key', `wJ/${chance(20)}+${chance(15)}`, (s) => `aws_secret_access_key = ${s}`),
  holding('an AWS session', `IQoJb3JpZ2lu${chance(120)}`, (s) => `AWS_SESSION_TOKEN=${s}`),
  holding('an AWS session by itself', `IQoJb3JpZ2lu${chance(120)}`, (s) => `signed with ${s} now`),
  holding('a GitLab token', `glpat-${chance(20)}`, (s) => `PRIVATE-TOKEN: ${s}`),
  holding('a GitHub token', `ghp_${chance(36)}`, (s) => `cloning with ${s}`),
  holding('a GitHub token of the newer kind', `github_pat_${chance(22)}_${chance(40)}`, (s) => `used ${s}.`),
  holding('an npm token', `npm_${chance(36)}`, (s) => `//registry.example/:_authToken=${s}`),
  holding('a Slack token', `xoxb-${chance(44)}`, (s) => `posting with ${s}`),
  holding('a Harness key', `pat.acct01.${chance(24)}.${chance(20)}`, (s) => `asked with ${s}`),
  holding('a key in a header', chance(40), (s) => `x-api-key: ${s}`),
  holding('a JSON Web Token', `eyJhbGciOiJIUzI1NiJ9.${chance(40)}.${chance(43)}`, (s) => `sent ${s} on`),
  holding('a bearer', chance(30), (s) => `authorization: Bearer ${s}`),
  holding('a bearer by itself', chance(30), (s) => `curl failed: bearer ${s} was refused`),
  holding('a user and a password', 'dXNlcjpwYXNzd29yZA==', (s) => `Authorization: Basic ${s}`),
  holding('a query', chance(24), (s) => `GET /hook?token=${s}&id=7 HTTP/1.1`),
  holding('a cookie', chance(31), (s) => `Set-Cookie: session=${s}; HttpOnly; Path=/`),
  holding('the second cookie', 'short1', (s) => `Cookie: theme=dark; cart=${s}`),
  holding('YAML in one line', chance(24), (s) => `data: {password: ${s}} kind: Secret`),
  holding('variables', chance(12), (s) => `DB_PASSWORD=${s} NODE_ENV=production`),
  holding('a variable with signs in it', `a&b;c,${chance(6)}`, (s) => `PGPASSWORD=${s}`),
  holding('a sentence', chance(12), (s) => `password is: '${s}'`),
  holding('a word that a person chose', 'sunflower', (s) => `password: ${s}`),
  holding('JSON', chance(12), (s) => `{"user":"cart","password":"${s}","port":5432}`),
  holding('JSON with an escape', `a\\"${chance(9)}`, (s) => `{"client_secret":"${s}","port":5432}`),
  holding('JSON within JSON', chance(12), (s) => `{"body":"{\\"apiKey\\":\\"${s}\\"}"}`),
  holding('JSON that was cut', chance(12), (s) => `{"user":"cart","token":"${s}`),
  holding('properties', chance(12), (s) => `spring.datasource.password=${s}`),
  holding('an option', chance(12), (s) => `mysql --user cart --password ${s} --host db`),
  holding('an option with an equals sign', chance(12), (s) => `mysql --password=${s} --host db`),
  holding('a user of curl', chance(12), (s) => `curl -u cart:${s} https://shop.example`),
  holding('a netrc', chance(12), (s) => `machine shop.example login cart password ${s}`),
  holding('SQL', 'sunflower', (s) => `CREATE USER cart IDENTIFIED BY '${s}'`),
  holding('a connection', chance(9), (s) => `postgres://cart:${s}@db.example:5432/cart?sslmode=require`),
  holding('a connection with an at sign', `a@${chance(6)}`, (s) => `amqp://cart:${s}@mq.example`),
  holding('a connection without a user', chance(9), (s) => `redis://:${s}@cache.example:6379`),
  holding('a connection by token', chance(20), (s) => `https://${s}@git.example/shop.git`),
  holding('a connection in parts', `${chance(40)}==`, (s) => `AccountName=cart;AccountKey=${s};Protocol=https`),
  holding('a hook', chance(24), (s) => `POST https://hooks.slack.com/services/T0AB12/B0CD34/${s}`),
  holding('a Google key', `AIza${chance(35)}`, (s) => `maps key ${s} is not enabled`),
  holding('an OpenAI key', `sk-proj-${chance(40)}`, (s) => `Incorrect key provided ${s}`),
  holding('a Vault token', `hvs.${chance(24)}`, (s) => `X-Vault-Token ${s}`),
  holding('a signature', chance(43), (s) => `PUT /x?sv=2024&sig=${s}&se=2026`),
  holding('Docker’s credentials', 'Y2FydDpzdW5mbG93ZXI5', (s) => `{"auths":{"reg.example":{"auth":"${s}"}}}`),
  {
    what: 'a private key',
    line: `found ${pem('RSA ', 'BEGIN')}\n${lines64.join('\n')}\n${pem('RSA ', 'END')} in it`,
    secrets: lines64,
  },
  {
    what: 'a private key on one line',
    line: `${pem('', 'BEGIN')}\\n${lines64[0]}\\n${pem('', 'END')}`,
    secrets: [lines64[0]],
  },
  { what: 'the start of a private key', line: `${pem('EC ', 'BEGIN')}\n${lines64.join('\n')}`, secrets: lines64 },
  { what: 'the end of a private key', line: `first\n${lines64.join('\n')}\n${pem('EC ', 'END')}`, secrets: lines64 },
  {
    what: 'the end of a private key with a short last line',
    line: `first\n${lines64.join('\n')}\nq83v\n${pem('', 'END')}`,
    secrets: [...lines64, 'q83v'],
  },
];

export const plainLines: readonly string[] = [
  'image reg.example/shop/cart@sha256:140d30a5f53fa3823c987ed499ea9d6e10b03c60979bdf2a2c85d779e1f35af1 pulled',
  'Back-off pulling image "reg.example/shop/cart:4.2.0-missing"',
  'commit 7092966d911e3d50bd7b4080370da5dcc65938aa deployed',
  'request 5f1c1b0e-6f0a-4c39-9d51-2f6c2a7d8e11 took 12 ms',
  "couldn't find key DB_PASSWORD in Secret shop/cart-db",
  'Error: secret "cart-db" not found',
  'MountVolume.SetUp failed for volume "tls": secret: shop/cart-db not found',
  "DB_PASSWORD:  <set to the key 'password' in secret 'cart-db'>  Optional: false",
  'token bucket is empty, waiting 3 s',
  'token: expired',
  'invalid token: unexpected end of input',
  "SyntaxError: Unexpected token: 'export'",
  'wrong password: user cart',
  'FATAL: password authentication failed for user "cart"',
  'etag "9b2cf535f27731c974343645a3985328"',
  'public key id: alias/flotilla',
  'authorization: user cart cannot list pods',
  'auth: method=kubernetes role=cart',
  'tests: pass: 12, fail: 0',
  'secretName: cart-tls, imagePullSecrets: [regcred]',
  'TOKEN_PATH=/var/run/secrets/cart/token max_tokens=512',
  'token: /var/run/secrets/kubernetes.io/serviceaccount/token',
  'PASSWORD_FILE=/run/secrets/db password_min_length=12',
  'api_key: ${CART_API_KEY}',
  'DB_PASSWORD=*** was given',
  'see https://git@shop.example/cart.git and https://shop.example:8443/ready?full=true',
  '',
];
