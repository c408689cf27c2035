import { parentPort, workerData } from 'node:worker_threads';
import type { Context } from 'aws-lambda';
import { create as createApi } from '../../../functions/api/create-api.ts';
import { create as createPlanBatch } from '../../../functions/plan-batch.ts';
import { OwnManifestSources } from '../../adapters/manifest-sources.ts';
import { SystemClock, SystemRandom, UlidIds } from '../../adapters/system-clock.ts';
import type { Catalogue } from '../../domain/catalogue/catalogue.ts';
import { ownWaitingRoom } from '../../usecases/record/waiting-room.ts';
import {
  type FromThread,
  type LentPort,
  lentPorts,
  type Result,
  resultOf,
  type ToThread,
  valueIn,
} from './messages.ts';

/**
 * The thread that reads and plans large batches. In the main thread they would block the engine, the watchers and all
 * other requests for seconds. It has the same handlers as Lambda, and asks the main thread for everything it reads and
 * writes.
 */
const port = parentPort!;
const send = (message: FromThread): void => port.postMessage(message);

const calls = new Map<number, (result: Result) => void>();
let called = 0;

const ask = async (name: LentPort, method: string, given: readonly unknown[]): Promise<unknown> => {
  called += 1;
  const call = called;
  const answered = new Promise<Result>((resolve) => calls.set(call, resolve));
  send({ kind: 'call', call, port: name, method, given });
  return valueIn(await answered);
};

/** Every method of a port is a request to the main thread. */
const lent = (name: LentPort): object =>
  new Proxy(
    {},
    {
      get:
        (_, method: string) =>
        (...given: readonly unknown[]) =>
          ask(name, method, given),
    },
  );

type Needs = Parameters<typeof createApi>[0];
type Lent = Pick<Needs, LentPort>;

const ports = Object.fromEntries(lentPorts.map((name) => [name, lent(name)])) as unknown as Lent;
const clock = new SystemClock();
const deps: Needs = {
  ...ports,
  clock,
  random: new SystemRandom(),
  ids: new UlidIds(clock),
  catalogue: async () => workerData as Catalogue,
  waitingRoom: ownWaitingRoom(),
};
const api = createApi(deps);
const plan = createPlanBatch({ ...deps, manifestSources: new OwnManifestSources() });

port.on('message', async (message: ToThread) => {
  if (message.kind === 'called') {
    calls.get(message.call)?.(message);
    calls.delete(message.call);
    return;
  }
  const { work } = message;
  const result = await resultOf(() =>
    work.kind === 'request' ? api(work.event, { actor: work.actor }) : plan(work.payload, {} as Context),
  );
  send({ kind: 'done', ...result });
});
