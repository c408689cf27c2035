interface Equivalent {
  readonly path: string;
  /** A part of its source line. */
  readonly line: string;
  /** As the report writes it. */
  readonly change: string;
  readonly why: string;
}

const plan = 'lib/domain/plan';
const rollout = 'lib/domain/rollout';
const anyText = '\'\' → "Stryker was here!"';

/** Mutants with no visible effect. A noticeable one does not belong here. */
export const equivalents: readonly Equivalent[] = [
  {
    ...{ path: 'lib/domain/schedule/refusals.ts', line: 'if (cell === 1) offer', change: 'cell === 1 → true' },
    why: 'an offer before its time is skipped, and is made again when the time comes',
  },
  {
    ...{ path: 'lib/domain/schedule/take-locks.ts', line: 'draft.offered += 1', change: '1 → 2' },
    why: 'the code only asks whether it has changed',
  },
  ...[
    ['if (names.size === 0)', 'names.size === 0 → false'],
    ['if (names.size === 0)', 'ofBatch.delete(index); → ;'],
    ['if (ofBatch.size === 0)', 'ofBatch.size === 0 → false'],
    ['if (ofBatch.size === 0)', 'this.#byBatch.delete(batch_id); → ;'],
  ].map(([line, change]) => ({
    ...{ path: 'lib/domain/schedule/locks.ts', line: line!, change: change! },
    why: 'it only makes room: an empty set also means no locks',
  })),
  ...(
    [
      ['batch/list-batches.ts', "pk: keys.listed('').pk", anyText],
      ['batch/recognise-batch.ts', 'const { pk } = keys.submitted(', anyText],
      ['batch/recognise-batch.ts', "pk: keys.listed('').pk", anyText],
      ['measurement/measure-work.ts', "pk: keys.rejected('').pk", anyText],
      ['measurement/measure-work.ts', "pk: keys.open('').pk", anyText],
      ['record/read-events.ts', 'pk: keys.feed(batchId, 0).pk', '0 → 1'],
      ['record/read-events.ts', 'pk: keys.feed(header.batch_id, 0).pk', '0 → 1'],
      ['schedule/known-clusters.ts', "pk: keys.cluster('').pk", anyText],
      ['wait/watchers.ts', "pk: keys.watcher('').pk", anyText],
    ] as const
  ).map(([path, line, change]) => ({
    ...{ path: `lib/usecases/${path}`, line, change },
    why: 'only the other half of the key is read',
  })),
  {
    ...{ path: 'lib/domain/catalogue/read-services.ts', line: "typeof executor !== 'string'" },
    change: 'executorNames.some((name) => name === executor) → executorNames.every(name => name === executor)',
    why: 'there is one executor; with a second one this is a hole in the tests',
  },
  {
    ...{ path: `${plan}/cycles.ts`, line: 'let count = 0', change: '0 → 1' },
    why: 'numbers that only count up may begin anywhere',
  },
  {
    ...{ path: `${plan}/cycles.ts`, line: 'let call = calls.at(-1)', change: '1 → 0' },
    why: 'of a single item, the first is the last',
  },
  {
    ...{ path: `${plan}/order.ts`, line: 'const ranks' },
    change: 'new Array(byRank.length) → new Array()',
    why: 'it only makes room',
  },
  {
    ...{ path: `${plan}/plan-batch.ts`, line: 'const indexes' },
    change: 'new Array(deployments.length) → new Array()',
    why: 'it only makes room',
  },
  {
    ...{ path: `${plan}/plan-batch.ts`, line: 'settingsText.set(' },
    change: 'settingsText.set(executor.settings, settings); → ;',
    why: 'it only keeps what would be made again',
  },
  {
    ...{ path: `${plan}/plan-batch.ts`, line: '[executor.name, executor.account' },
    change: '[executor.name, executor.account, settings] → [executor.account, settings]',
    why: 'the account begins with the name of its executor',
  },
  ...[
    ['heap[parent]! <= heap[at]!', 'heap[parent]! < heap[at]!'],
    ['heap[left + 1]! < heap[left]!', 'heap[left + 1]! <= heap[left]!'],
    ['heap[at]! <= heap[child]!', 'heap[at]! < heap[child]!'],
  ].map(([from, to]) => ({
    ...{ path: `${plan}/rank-heap.ts`, line: from!, change: `${from} → ${to}` },
    why: 'for equal numbers, either order is right',
  })),
  ...['order < 0 → order <= 0', '0 → 1'].map((change) => ({
    ...{ path: `${plan}/version-step.ts`, line: 'return order < 0', change },
    why: 'an order is a whole number, and here it is not 0',
  })),
  {
    ...{ path: `${plan}/version-step.ts`, line: 'const [, major', change: '[] → ["Stryker was here"]' },
    why: 'the first part is the whole text, which is not read',
  },
  ...['if (isNumber(one) !==', 'return one < other ?', 'one.length - other.length ||'].map((line) => ({
    ...{ path: `${plan}/version-step.ts`, line, change: '1 → 2' },
    why: 'only the sign of an order counts',
  })),
  {
    ...{ path: `${rollout}/crash-signal.ts`, line: 'const endedAt =', change: anyText },
    why: 'neither text is a date',
  },
  {
    ...{ path: `${rollout}/crash-signal.ts`, line: 'const endedAt =', change: '0 → 1' },
    why: 'both are long ago: the first and the second millisecond of 1970',
  },
  {
    ...{ path: `${rollout}/pod-template.ts`, line: 'name: stringAt(container', change: anyText },
    why: 'a container without name or image, which no API server accepts, is no service in either case',
  },
  {
    ...{ path: `${rollout}/expected-image.ts`, line: "stringAt(status, 'imageID') ?? ''", change: anyText },
    why: 'an absent imageID equals the empty one in the list of what a container can run',
  },
  {
    ...{ path: `${rollout}/expected-image.ts`, line: 'const mayMove =' },
    change: 'parseImage(image).digest === undefined → true',
    why: 'when both name a digest, a different image is also a different version',
  },
  {
    ...{ path: `${rollout}/image.ts`, line: 'const schemes =', change: '/^[a-z-]+:\\/\\// → /[a-z-]+:\\/\\//' },
    why: 'references contain `://` only at the beginning',
  },
  {
    ...{ path: `${rollout}/image.ts`, line: 'const [beforeDigest', change: anyText },
    why: 'a split text always has a first part: this is for the type',
  },
  ...['1 → 0', "beforeDigest.lastIndexOf('/') + 1 → beforeDigest.lastIndexOf('/') - 1"].map((change) => ({
    ...{ path: `${rollout}/image.ts`, line: 'const colon =', change },
    why: 'no colon is the last slash, or comes before it',
  })),
  ...['slash < 0 → slash <= 0', '0 → 1'].map((change) => ({
    ...{ path: `${rollout}/image.ts`, line: 'const first =', change },
    why: 'with a leading slash the first part is empty in both cases',
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
    why: 'next to an unripe signal the finding is not shown',
  },
];
