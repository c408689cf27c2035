import { isMapping, type Mapping } from '../batch/drafts.ts';
import type { Path } from '../batch/findings.ts';
import { issueCodes } from '../batch/issues.ts';
import type { ConfigurationText } from './configuration-text.ts';

/** How a service or a pillar is deployed by Harness, while there is no Harness. */
const ofHarness = ['harness', 'pipeline'] as const;

/** Nothing may name Harness where the configuration says of none: nobody would ever run it. */
export const checkDeployedBy = (entry: Mapping, path: Path, text: ConfigurationText): void => {
  const message = 'is of Harness, and there is no section harness in the configuration';
  const hint = 'add the section harness, or remove this: without it the executor is kubernetes';
  for (const field of ofHarness) {
    if (entry[field] !== undefined) text.report([...path, field], issueCodes.NotAllowed, { message, hint }, 'key');
  }
  if (entry.executor === 'harness') text.report([...path, 'executor'], issueCodes.NotAllowed, { message, hint });
};

/** The same of all pillars. */
export const checkPillars = (pillars: unknown, text: ConfigurationText): void => {
  for (const [name, pillar] of Object.entries(isMapping(pillars) ? pillars : {})) {
    if (isMapping(pillar)) checkDeployedBy(pillar, ['pillars', name], text);
  }
};
