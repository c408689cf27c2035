import { join } from 'node:path';
import { isSignedWith } from '../../adapters/aws-signature.ts';
import { SystemRandom } from '../../adapters/system-clock.ts';
import { SystemClock as EngineClock } from '../../engine/clock.ts';
import { Engine } from '../../engine/engine.ts';
import { ApiError } from '../../engine/failure.ts';
import { Journal } from '../../engine/journal.ts';
import { type EngineServer, listenFor, targetOf } from '../../engine/listen.ts';
import { refused } from '../../engine/protocol.ts';
import { cannotListen } from '../cannot-listen.ts';
import { isOwnHost } from '../http/place.ts';
import { newSecret, readSecretFile, writeSecretFile } from '../secret-file.ts';
import { handleVisitor } from './visitor.ts';

/**
 * Together with the secret in the file beside the data, these are credentials for the AWS SDKs and the `aws` command.
 */
const engineKeyId = 'flotilla';
const engineSecretFile = 'engine-secret';

/** Serves the protocol of Step Functions on loopback, for requests that are signed with this port's secret. */
export const startEnginePort = async (
  own: Engine,
  { port, data }: { readonly port: number; readonly data: string },
): Promise<EngineServer> => {
  const path = join(data, engineSecretFile);
  const secretAccessKey = readSecretFile(path) ?? newSecret();
  writeSecretFile(path, secretAccessKey);
  const visitors = engineOfVisitors();
  const key = { accessKeyId: engineKeyId, secretAccessKey };
  const server = await listenFor(async (request) => {
    const isAdmitted = isOwnHost(request.headers.host) && (await isSignedWith(key, request, Date.now()));
    if (isAdmitted) return handleVisitor({ own, visitors }, targetOf(request), request.body);
    const why = `Sign with the access key id ${engineKeyId} and the secret access key in ${path}`;
    return refused(new ApiError('UnrecognizedClientException', why));
  }, port).catch((error: NodeJS.ErrnoException) => {
    visitors.close();
    throw cannotListen(error, `127.0.0.1:${port}`);
  });
  const close = async (): Promise<void> => {
    await server.close();
    visitors.close();
  };
  return { url: server.url, close };
};

const engineOfVisitors = (): Engine =>
  new Engine({
    journal: new Journal({ path: ':memory:' }),
    clock: new EngineClock(),
    random: new SystemRandom(),
    invoke: async (name) => {
      throw new Error(`no function can be called by this port, and ${name} neither`);
    },
  });
