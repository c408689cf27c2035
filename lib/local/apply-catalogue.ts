import { configurationPath } from '../../functions/runtime/configuration.ts';
import { readStackOutputs } from '../adapters/cloud-formation.ts';
import { connectS3Documents } from '../adapters/s3-documents.ts';
import { hasSecretValue, writeSecret } from '../adapters/secrets-manager.ts';
import type { Configuration } from '../domain/catalogue/catalogue.ts';
import { notSetUp, type StageSetUp } from '../domain/catalogue/not-set-up.ts';
import { splitSecrets } from '../domain/catalogue/split-secrets.ts';
import { unreachableFromAws } from '../domain/catalogue/unreachable-from-aws.ts';
import { FlotillaError } from '../domain/errors.ts';
import { awsRefusal } from './aws-refusal.ts';

export interface Application {
  readonly configuration: Configuration;
  readonly stage: string;
  /** Also writes the Harness key and tokens into the stage's secret. */
  readonly withSecrets: boolean;
}

export interface Applied {
  readonly stage: string;
  /** Where the document is now. */
  readonly document: string;
  readonly secret: string;
  /** `missing`: the secret has no value yet, and nothing can be deployed without one. */
  readonly secretState: 'written' | 'kept' | 'missing';
}

/** Stores a configuration where a stage's functions read it, with the caller's AWS credentials. */
export const applyCatalogue = async ({ configuration, stage, withSecrets }: Application): Promise<Applied> => {
  refuse(unreachableFromAws(configuration), 'The configuration refers to clusters that functions on AWS cannot reach:');
  const outputs = await stackOutputs(stage);
  const { DocumentsBucket: bucket, HarnessSecretId: secret } = outputs;
  if (bucket === undefined || secret === undefined) {
    const message = `The stack of stage ${stage} says neither where documents nor where secrets are; ${deployHint(stage)}`;
    throw new FlotillaError('ConfigurationInvalid', message);
  }
  refuse(notSetUp(configuration, setUpOf(outputs)), `The stage ${stage} is not set up for these clusters:`);
  const parts = splitSecrets(configuration);
  await connectS3Documents(bucket).put(configurationPath, JSON.stringify(parts.document));
  if (withSecrets) await writeSecret(secret, JSON.stringify(parts.secret));
  const kept = withSecrets || (await hasSecretValue(secret));
  const secretState = withSecrets ? 'written' : kept ? 'kept' : 'missing';
  return { stage, document: `s3://${bucket}/${configurationPath}`, secret, secretState };
};

const refuse = (problems: readonly string[], headline: string): void => {
  if (problems.length > 0) throw new FlotillaError('ConfigurationInvalid', [headline, ...problems].join('\n'));
};

/** What the stage's stack says about itself. A stack from an earlier version says nothing. */
const setUpOf = ({ AssumableRoles: roles, Places: places }: Readonly<Record<string, string>>): StageSetUp => ({
  ...(roles === undefined ? {} : { roles: roles.split(' ') }),
  ...(places === undefined ? {} : { places: places.split(' ') }),
});

const deployHint = (stage: string): string => `deploy it first: npx cdk deploy --all -c stage=${stage}`;

const stackOutputs = async (stage: string): Promise<Readonly<Record<string, string>>> => {
  try {
    return await readStackOutputs(`flotilla-${stage}-state`);
  } catch (error) {
    if (!(error instanceof FlotillaError)) throw awsRefusal(error);
    throw new FlotillaError(error.name, `${error.message} If this is the right account, ${deployHint(stage)}`);
  }
};
