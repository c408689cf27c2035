import { SFNClient } from '@aws-sdk/client-sfn';
import type { Table } from '../../domain/ports.ts';
import type { Engine } from '../../engine/engine.ts';
import { InProcessHandler } from '../../engine/in-process-handler.ts';

/**
 * The real client and the real protocol, only without a socket between. The credentials are of no use anywhere. What the
 * engine is asked for goes into its journal: it must not outlive the rows for which it was asked.
 */
export const inProcessClient = (engine: Engine, table: Pick<Table, 'synced'>): SFNClient =>
  new SFNClient({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1',
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
    maxAttempts: 1,
    requestHandler: new InProcessHandler(engine, () => table.synced()),
  });
