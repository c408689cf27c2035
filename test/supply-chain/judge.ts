import { z } from 'zod';

export interface Asked {
  readonly stdout: string;
  readonly status: number | null;
}

export interface Verdict {
  readonly isBad: boolean;
  readonly told: string;
}

const audit = z.object({
  metadata: z.object({ vulnerabilities: z.object({ high: z.number(), critical: z.number(), total: z.number() }) }),
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string() })),
});
const named = z.object({ name: z.string(), version: z.string() });
const signatures = z.object({ invalid: z.array(named), missing: z.array(named) });

/** npm's messages when it could not ask: one of these, by command and version. */
const failure = z.union([
  z.object({ error: z.object({ summary: z.string().min(1) }) }).transform(({ error }) => error.summary),
  z.object({ message: z.string() }).transform(({ message }) => message),
]);

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const notAnswered = (what: string, { stdout, status }: Asked): Verdict => {
  const told = failure.safeParse(parsed(stdout));
  // A failure without npm's own reason is no answer either, but an unknown one.
  if (!told.success) return { isBad: true, told: `${what}: npm ended with ${status} and said nothing that is known` };
  return { isBad: false, told: `${what}: NOT ANSWERED by the registry: ${told.data.split('\n')[0]}` };
};

const packages = (found: readonly z.infer<typeof named>[]): string =>
  found.map(({ name, version }) => `${name}@${version}`).join(', ');

/** Known vulnerabilities in production packages: high or worse is bad. */
export const judgeAudit = (asked: Asked): Verdict => {
  const answer = audit.safeParse(parsed(asked.stdout));
  if (!answer.success) return notAnswered('known holes', asked);
  const { metadata, vulnerabilities } = answer.data;
  const { high, critical, total } = metadata.vulnerabilities;
  const worst = Object.entries(vulnerabilities).filter(([, { severity }]) => ['high', 'critical'].includes(severity));
  const names = worst.map(([name]) => name).join(', ');
  return {
    isBad: high + critical > 0,
    told: `known holes: ${total}, high or worse ${high + critical}${names === '' ? '' : ` (${names})`}`,
  };
};

/** The registry's signatures of all packages: a wrong one is bad, and so is a missing one. */
export const judgeSignatures = (asked: Asked): Verdict => {
  const answer = signatures.safeParse(parsed(asked.stdout));
  if (!answer.success) return notAnswered('signatures', asked);
  const { invalid, missing } = answer.data;
  if (invalid.length + missing.length === 0) return { isBad: false, told: 'signatures: all are right' };
  return {
    isBad: true,
    told: `signatures: wrong ${packages(invalid) || 'none'}; missing ${packages(missing) || 'none'}`,
  };
};
