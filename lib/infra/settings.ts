import * as z from 'zod';
import { iamRoles } from '../domain/catalogue/iam-role.ts';
import { stageNamePattern, stageNameRule } from '../domain/catalogue/stage-name.ts';
import { type PlaceSettings, placesSchema } from './place-settings.ts';

/** A program with its own tokens. The configuration's grants say what it may do where, by its name. */
export interface ClientSettings {
  readonly name: string;
  readonly scopes: readonly ('read' | 'logs' | 'deploy')[];
}

export const defaultClient: ClientSettings = { name: 'ci', scopes: ['read', 'deploy'] };

/** A stage's settings: `-c name=value`, the context in `cdk.json` and the section `aws` of the configuration. */
export interface Settings {
  /** Several stages can share one account and region. */
  readonly stage: string;
  /** The issuer whose tokens are accepted. Absent: a Cognito user pool is created. */
  readonly oidc?: { readonly issuer: string; readonly audience: readonly string[] };
  /** The programs that get tokens from that pool. */
  readonly clients: readonly ClientSettings[];
  /** Requests to each route of the API, from all callers together. Some parts allow less, see `api-parts.ts`. */
  readonly throttle: { readonly rate: number; readonly burst: number };
  /** Whether the bus archives its events for replay. */
  readonly archive: boolean;
  /** Days during which nobody can change or delete a batch's anchor. Absent: the bucket has no lock. */
  readonly anchorLockDays?: number;
  /** What happens to table, documents, bus and secrets when the stack is destroyed. */
  readonly onDestroy: 'keep' | 'delete';
  /** Concurrency reserved for the API's functions. Absent: none. */
  readonly reservedConcurrency?: number;
  /** Megabytes for the function that observes clusters; its CPU share grows with them. */
  readonly observerMemory: number;
  /** ARNs of roles in other accounts, to reach clusters there. A `*` stands for any part of a name. */
  readonly clusterRoles?: readonly string[];
  /** Networks with copies of the functions that ask clusters, by the place name that clusters use. */
  readonly places?: Readonly<Record<string, PlaceSettings>>;
  /** Who gets alarms and the ends of batches by mail. Absent: the topic has no subscriber yet. */
  readonly alarmEmail?: string;
}

/** Where a value comes from; with `-c` it is text. Later sources win. */
export interface SettingsSource {
  readonly values: Readonly<Record<string, unknown>>;
  readonly nameOf: (setting: string) => string;
  /** Keys allowed there in addition to the settings. */
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
/** The keys that check tokens come from there. Without TLS only on this machine, for trying an emulator. */
const issuer = /^(https:\/\/[^\s/?#@]+|http:\/\/(127\.0\.0\.1|localhost)(:\d+)?)(\/[^\s?#]*)?$/;

/** One for each part of the API, and one for reads. */
const leastReserved = 7;

/** Every setting. The description says what it allows. */
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
    .describe('keep or delete: what happens to the data when the stack is destroyed'),
  anchor_lock_days: whole(1, 10_000)
    .optional()
    .describe(
      'days for which nobody can change or delete the anchor of a batch, a whole number from 1 to 10000; without it there is no lock',
    ),
  // A tenth of the usual account limit of 1,000. Only Lambda knows an account's real limit, and a synth asks nobody.
  reserved_concurrency: z
    .union([z.literal('none'), whole(leastReserved, 1_000)])
    .default(100)
    .describe(
      `copies of the API's functions reserved for them, a whole number from ${leastReserved} to 1000; or none, for an account whose limit is below 200`,
    ),
  // At 256 MB it has a seventh of a core: a look takes about 0.6 s for a namespace of 100 workloads, and about 4 s for
  // 1,000.
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

/** Merges the sources. Throws SettingsInvalid with every problem: the setting's name and what it allows. */
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

/** Values that are each allowed, but not together. */
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
