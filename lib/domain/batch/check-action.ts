import type { FieldContext } from './field-findings.ts';
import type { Finding, Path, Wording } from './findings.ts';
import { type IssueCode, issueCodes } from './issues.ts';

type Mapping = Readonly<Record<string, unknown>>;

/** Whether an item deletes or scales. The schema handles unknown actions. */
export const isActing = ({ action }: Mapping): boolean => action === 'delete' || action === 'scale';

/** Fields that do not fit an item's action, and missing ones that it needs. */
export const actionFindings = (item: Mapping, path: Path, { offsetOf }: FieldContext): Finding[] => {
  const at = (field: string, code: IssueCode, wording: Wording): Finding => {
    const here = [...path, field];
    return { offset: offsetOf(here), path: here, code, describe: () => wording };
  };
  const { action, replicas, docker_image_version: version } = item;
  const isScale = action === 'scale';
  const useless = {
    message: 'is only valid with action: scale',
    hint: 'write action: scale, or remove it',
  };
  const missing = {
    message: 'is missing; a scale needs a whole number',
    hint: 'write replicas: 3, for example; 0 stops all',
  };
  return [
    ...(isActing(item) && version !== undefined
      ? [at('docker_image_version', issueCodes.NotAllowed, ofWhatStands(item))]
      : []),
    ...(replicas !== undefined && !isScale ? [at('replicas', issueCodes.NotAllowed, useless)] : []),
    ...(item.at_once !== undefined && isActing(item) ? [at('at_once', issueCodes.NotAllowed, noSteps(item))] : []),
    ...(replicas === undefined && isScale ? [at('replicas', issueCodes.Missing, missing)] : []),
  ];
};

const noSteps = ({ action }: Mapping): Wording => ({ message: `a ${action} has no steps`, hint: 'remove it' });

const ofWhatStands = ({ action, docker_image_version: version }: Mapping): Wording => ({
  message: `a ${action} acts on what is there, whatever its version`,
  hint: 'remove docker_image_version',
  ...(typeof version === 'string' ? { found: version } : {}),
});
