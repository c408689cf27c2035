import { connectDynamoTable } from '../../lib/adapters/dynamo-table.ts';
import { connectKmsSigner } from '../../lib/adapters/kms-signer.ts';
import { connectS3Anchors } from '../../lib/adapters/s3-anchors.ts';
import { connectS3Documents } from '../../lib/adapters/s3-documents.ts';
import { connectS3Uploads } from '../../lib/adapters/s3-uploads.ts';
import { SystemClock, SystemRandom, UlidIds } from '../../lib/adapters/system-clock.ts';
import { cloudPace, type Deps } from '../../lib/usecases/deps.ts';
import { tableWaitingRoom } from '../../lib/usecases/record/waiting-room.ts';
import { variable } from './environment.ts';

/** Table, time and randomness: what every function needs. */
export const tableDeps = (): Pick<Deps, 'table' | 'clock' | 'random' | 'ids' | 'pace'> => {
  const clock = new SystemClock();
  return {
    table: connectDynamoTable(variable('TABLE_NAME')),
    clock,
    random: new SystemRandom(),
    ids: new UlidIds(clock),
    pace: cloudPace,
  };
};

export const documentDeps = (): Pick<Deps, 'documents'> => ({
  documents: connectS3Documents(variable('DOCUMENTS_BUCKET')),
});

export const uploadDeps = (): Pick<Deps, 'uploads'> => ({
  uploads: connectS3Uploads(variable('DOCUMENTS_BUCKET'), new SystemClock()),
});

export const anchorDeps = (): Pick<Deps, 'anchors'> => ({
  anchors: connectS3Anchors(variable('ANCHORS_BUCKET')),
});

export const signerDeps = (): Pick<Deps, 'signer'> => ({
  signer: connectKmsSigner(variable('ANCHOR_KEY_ID')),
});

export const waitingDeps = (deps: Parameters<typeof tableWaitingRoom>[0]): Pick<Deps, 'waitingRoom'> => ({
  waitingRoom: tableWaitingRoom(deps),
});
