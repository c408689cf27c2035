interface Equivalent {
  readonly path: string;
  /** A part of the line of the source where it stands. */
  readonly line: string;
  /** As the report writes it. */
  readonly change: string;
  readonly why: string;
}

const rollout = 'lib/domain/rollout';
const anyText = '\'\' → "Stryker was here!"';

/** Mutants that change nothing which anybody could see. Whatever can be noticed has no place here. */
export const equivalents: readonly Equivalent[] = [
  {
    ...{ path: `${rollout}/container-signal.ts`, line: 'const endedAt =', change: anyText },
    why: 'neither text is a date',
  },
  {
    ...{ path: `${rollout}/container-signal.ts`, line: 'const endedAt =', change: '0 → 1' },
    why: 'both are long ago: the first and the second millisecond of 1970',
  },
  {
    ...{ path: `${rollout}/expected-image.ts`, line: 'name: stringAt(container', change: anyText },
    why: 'a container without name or image, which no API server takes, is no service in either case',
  },
  {
    ...{ path: `${rollout}/expected-image.ts`, line: "stringAt(status, 'imageID') ?? ''", change: anyText },
    why: 'an imageID that is absent is the empty one in the list of what a container can run',
  },
  {
    ...{ path: `${rollout}/expected-image.ts`, line: 'const mayMove =' },
    change: 'parseImage(image).digest === undefined → true',
    why: 'where both name a digest, what is no same image is no version either',
  },
  {
    ...{ path: `${rollout}/image.ts`, line: 'const schemes =', change: '/^[a-z-]+:\\/\\// → /[a-z-]+:\\/\\//' },
    why: 'no reference has `://` but at its beginning',
  },
  {
    ...{ path: `${rollout}/image.ts`, line: 'const [beforeDigest', change: anyText },
    why: 'a text that is split has a first part: this is for the type',
  },
  ...['1 → 0', "beforeDigest.lastIndexOf('/') + 1 → beforeDigest.lastIndexOf('/') - 1"].map((change) => ({
    ...{ path: `${rollout}/image.ts`, line: 'const colon =', change },
    why: 'no colon is the last slash, or stands before it',
  })),
  ...['slash < 0 → slash <= 0', '0 → 1'].map((change) => ({
    ...{ path: `${rollout}/image.ts`, line: 'const first =', change },
    why: 'with the slash at its beginning the first part is empty in both ways',
  })),
  {
    ...{ path: `${rollout}/image.ts`, line: 'const first =', change: anyText },
    why: 'neither has a point or a colon, or is localhost',
  },
  {
    ...{ path: `${rollout}/revision.ts`, line: "case 'cronjob':" },
    change:
      "case 'cronjob': // Its jobs run when their time comes; none of them belongs to the rollou… → case 'cronjob':",
    why: 'no pod has the uid of a CronJob, which the next case would ask for',
  },
  {
    ...{ path: `${rollout}/verdict.ts`, line: 'finding: waiting(signal.reason' },
    change: 'waiting(signal.reason, signal.message) → waiting(signal.message, signal.reason)',
    why: 'beside a signal that is not ripe the finding is not shown',
  },
];
