import { SFNClient } from '@aws-sdk/client-sfn';
import type { Table } from '../../domain/ports.ts';
import type { Engine } from '../../engine/engine.ts';
import { InProcessHandler } from '../../engine/in-process-handler.ts';

/**
 * The real client and the real protocol without a socket. The credentials are of no use anywhere else. The engine
 * journals each request, and the journal must not outlive the rows that it is about.
 */
export const inProcessClient = (engine: Engine, table: Pick<Table, 'synced'>): SFNClient =>
  new SFNClient({
    region: 'us-east-1',
    endpoint: 'http://127.0.0.1',
    credentials: { accessKeyId: 'embedded', secretAccessKey: 'embedded' },
    maxAttempts: 1,
    requestHandler: new InProcessHandler(engine, () => table.synced()),
  });
