import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import { DynamoTable } from '../../lib/adapters/dynamo-table.ts';
import { S3Documents } from '../../lib/adapters/s3-documents.ts';
import { SystemClock, SystemRandom, UlidIds } from '../../lib/adapters/system-clock.ts';
import { cloudPace, type Deps } from '../../lib/usecases/deps.ts';
import { variable } from './environment.ts';

/** Table, time and randomness: what every function needs. */
export const tableDeps = (): Pick<Deps, 'table' | 'clock' | 'random' | 'ids' | 'pace'> => {
  const clock = new SystemClock();
  return {
    table: new DynamoTable(new DynamoDBClient({}), variable('TABLE_NAME')),
    clock,
    random: new SystemRandom(),
    ids: new UlidIds(clock),
    pace: cloudPace,
  };
};

export const documentDeps = (): Pick<Deps, 'documents'> => ({
  documents: new S3Documents(new S3Client({}), variable('DOCUMENTS_BUCKET')),
});
