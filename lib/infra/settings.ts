import * as z from 'zod';
import { iamRoles } from '../domain/catalogue/iam-role.ts';
import { stageNamePattern, stageNameRule } from '../domain/catalogue/stage-name.ts';
import { type PlaceSettings, placesSchema } from './place-settings.ts';

/** A program with tokens of its own. What it may do where is for the grants of the configuration to say, by its name. */
export interface ClientSettings {
  readonly name: string;
  readonly scopes: readonly ('read' | 'logs' | 'deploy')[];
}

export const defaultClient: ClientSettings = { name: 'ci', scopes: ['read', 'deploy'] };

/** How a stage is set up: what `-c name=value`, the context of `cdk.json` and the section `aws` of the configuration say. */
export interface Settings {
  /** Several stages live side by side in one account and region. */
  readonly stage: string;
  /** Whose tokens are taken. Absent: a Cognito user pool is made. */
  readonly oidc?: { readonly issuer: string; readonly audience: readonly string[] };
  /** The programs that get tokens of that pool. */
  readonly clients: readonly ClientSettings[];
  /** Requests to each route of the API, of all callers together; some parts of it are allowed less, see `api-parts.ts`. */
  readonly throttle: { readonly rate: number; readonly burst: number };
  /** Whether the bus keeps its events to be played again. */
  readonly archive: boolean;
  /** Days for which nobody can change or delete the anchor of a batch. Absent: the bucket has no lock. */
  readonly anchorLockDays?: number;
  /** What becomes of table, documents, bus and secrets when the stack is destroyed. */
  readonly onDestroy: 'keep' | 'delete';
  /** Copies of the API's functions that may run at once, kept apart from the rest of the account. Absent: none are. */
  readonly reservedConcurrency?: number;
  /** Megabytes of the function that observes clusters, and with them its share of a processor. */
  readonly observerMemory: number;
  /** The roles of other accounts by which clusters there are asked, as ARNs; a `*` stands for any part of a name. */
  readonly clusterRoles?: readonly string[];
  /** Networks in which copies of the functions run that ask clusters, by the name that clusters call them. */
  readonly places?: Readonly<Record<string, PlaceSettings>>;
  /** Who gets alarms and the ends of batches as mail. Absent: the topic has no subscriber yet. */
  readonly alarmEmail?: string;
}

/** Where a value was given: by `-c`, it is text. Later sources win. */
export interface SettingsSource {
  readonly values: Readonly<Record<string, unknown>>;
  readonly nameOf: (setting: string) => string;
  /** What may be said there beside the settings. */
  readonly besides?: readonly string[];
}

export class SettingsInvalid extends Error {
  override readonly name = 'SettingsInvalid';
}

const whole = (low: number, high: number) =>
  z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int().min(low).max(high));
const truth = z.union([z.boolean(), z.stringbool({ truthy: ['true'], falsy: ['false'] })]);
const listed = z.union([z.array(z.string()), z.string().transform((text) => text.split(','))]).pipe(
  z
    .array(z.string().regex(/^\S{1,200}$/))
    .min(1)
    .max(50),
);
const clientName = z.string().regex(/^[a-z][a-z0-9-]{0,30}$/);
const client = z.union([
  clientName.transform((name): ClientSettings => ({ ...defaultClient, name })),
  z.strictObject({
    name: clientName,
    scopes: z
      .array(z.enum(['read', 'logs', 'deploy']))
      .min(1)
      .default([...defaultClient.scopes]),
  }),
]);
const clients = z
  .union([z.array(z.unknown()), z.string().transform((text): unknown[] => text.split(','))])
  .pipe(z.array(client).min(1).max(20))
  .refine((all) => new Set(all.map(({ name }) => name)).size === all.length);
/** Tokens are checked with the keys found there. Without TLS only on this machine, where an emulator may be tried. */
const issuer = /^(https:\/\/[^\s/?#@]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?)(\/[^\s?#]*)?$/;

/** One for each part of the API, and another for what is read. */
const leastReserved = 7;

/** Every setting there is; the description says what it allows. */
export const settingsSchema = z.strictObject({
  stage: z.string().regex(stageNamePattern).default('dev').describe(stageNameRule),
  oidc_issuer: z
    .string()
    .regex(issuer)
    .optional()
    .describe('the address of an OpenID Connect issuer as its tokens name it in iss, like https://login.example.com/'),
  oidc_audience: listed
    .optional()
    .describe('the audiences of tokens to take (aud, or client_id): a list, or text with commas between'),
  clients: clients
    .default([defaultClient])
    .describe(
      'the programs that get tokens of the pool: names of small letters, digits and hyphens, each once, or {name, scopes} with read, logs and deploy',
    ),
  throttle_rate: whole(1, 10_000).default(50).describe('requests a second, a whole number from 1 to 10000'),
  throttle_burst: whole(1, 5_000).default(100).describe('requests at once, a whole number from 1 to 5000'),
  archive: truth.default(true).describe('true or false: whether the bus keeps its events'),
  on_destroy: z
    .enum(['keep', 'delete'])
    .default('keep')
    .describe('keep or delete: what becomes of the data when the stack is destroyed'),
  anchor_lock_days: whole(1, 10_000)
    .optional()
    .describe(
      'days for which nobody can change or delete the anchor of a batch, a whole number from 1 to 10000; without it there is no lock',
    ),
  // A tenth of the usual account of 1,000. What an account has can be asked of Lambda only, and a synthesis asks nobody.
  reserved_concurrency: z
    .union([z.literal('none'), whole(leastReserved, 1_000)])
    .default(100)
    .describe(
      `copies of the API's functions reserved for them, a whole number from ${leastReserved} to 1000; or none, for an account whose limit is below 200`,
    ),
  // At 256 it has a seventh of a processor: for a namespace of 100 workloads a look takes it some 0.6 s, for 1,000 some 4 s.
  observer_memory: whole(256, 3_008)
    .default(256)
    .describe('megabytes of the function that observes clusters, a whole number from 256 to 3008'),
  cluster_roles: listed
    .pipe(z.array(z.string().regex(iamRoles)))
    .optional()
    .describe(
      'the roles of other accounts by which clusters there are asked: ARNs like arn:aws:iam::111122223333:role/flotilla, a list, or text with commas between',
    ),
  places: placesSchema,
  alarm_email: z
    .email()
    .optional()
    .describe('an e-mail address, which gets alarms and the ends of batches after it has agreed'),
});

interface GivenValue {
  readonly value: unknown;
  readonly name: string;
  readonly besides: readonly string[];
}
type Given = ReadonlyMap<string, GivenValue>;

/** Puts what was given together. Throws SettingsInvalid with every problem: the setting's name and what it allows. */
export const readSettings = (sources: readonly SettingsSource[]): Settings => {
  const given: Given = new Map(
    sources.flatMap(({ values, nameOf, besides = [] }) =>
      Object.entries(values).map(([setting, value]) => [setting, { value, name: nameOf(setting), besides }] as const),
    ),
  );
  const result = settingsSchema.safeParse(
    Object.fromEntries([...given].map(([setting, { value }]) => [setting, value])),
  );
  const complaints = result.success ? [] : result.error.issues.flatMap((issue) => complain(issue, given));
  const problems = [...complaints, ...contradictions(given)];
  if (problems.length > 0 || !result.success) throw new SettingsInvalid(problems.join('\n'));
  return settingsOf(result.data);
};

const settingsOf = (read: z.output<typeof settingsSchema>): Settings => ({
  stage: read.stage,
  ...(read.oidc_issuer === undefined || read.oidc_audience === undefined
    ? {}
    : { oidc: { issuer: read.oidc_issuer, audience: read.oidc_audience } }),
  clients: read.clients,
  throttle: { rate: read.throttle_rate, burst: read.throttle_burst },
  archive: read.archive,
  onDestroy: read.on_destroy,
  ...(read.anchor_lock_days === undefined ? {} : { anchorLockDays: read.anchor_lock_days }),
  ...(read.reserved_concurrency === 'none' ? {} : { reservedConcurrency: read.reserved_concurrency }),
  observerMemory: read.observer_memory,
  ...(read.cluster_roles === undefined ? {} : { clusterRoles: read.cluster_roles }),
  ...(read.places === undefined ? {} : { places: read.places }),
  ...(read.alarm_email === undefined ? {} : { alarmEmail: read.alarm_email }),
});

const complain = (issue: z.core.$ZodIssue, given: Given): readonly string[] => {
  if (issue.code === 'unrecognized_keys' && issue.path.length === 0) {
    return issue.keys.map((key) => {
      const { name = key, besides = [] } = given.get(key) ?? {};
      const known = [...Object.keys(settingsSchema.shape), ...besides].sort().join(', ');
      return `${name}: there is no such setting; known: ${known}`;
    });
  }
  const setting = String(issue.path[0]) as keyof typeof settingsSchema.shape;
  const { name = setting, value } = given.get(setting) ?? {};
  return [`${name}: ${JSON.stringify(value)} is not allowed; it takes ${allowedFor(setting)}`];
};

const allowedFor = (setting: keyof typeof settingsSchema.shape): string =>
  settingsSchema.shape[setting].description ?? '';

/** What each setting allows by itself, but not beside the others. */
const contradictions = (given: Given): readonly string[] => {
  const problems: string[] = [];
  const stage = given.get('stage');
  const [alone, missing] = given.has('oidc_issuer')
    ? ['oidc_issuer', 'oidc_audience' as const]
    : ['oidc_audience', 'oidc_issuer' as const];
  if (given.has(alone) && !given.has(missing)) {
    problems.push(`${missing}: is missing beside ${given.get(alone)?.name}; it takes ${allowedFor(missing)}`);
  }
  if (given.has('anchor_lock_days') && given.get('on_destroy')?.value === 'delete') {
    const { name } = given.get('anchor_lock_days')!;
    problems.push(`${name}: a bucket whose objects are locked cannot be deleted; leave on_destroy at keep`);
  }
  if (given.has('oidc_issuer') && given.has('clients')) {
    problems.push(
      `${given.get('clients')?.name}: is for the pool that is made without oidc_issuer; your issuer has its own`,
    );
  }
  if (!given.has('oidc_issuer') && /aws|amazon|cognito/.test(String(stage?.value))) {
    problems.push(`${stage?.name}: Cognito takes no address with aws, amazon or cognito in it; name another stage`);
  }
  return problems;
};
