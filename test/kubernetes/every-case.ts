import { actionCases, type DeployCase, deployCases } from './cases.ts';
import { driftCases } from './drift-cases.ts';
import { previewCases } from './preview-cases.ts';
import { requestCases } from './request-cases.ts';
import { rolloutCases } from './rollout-cases.ts';
import { stepCases } from './step-cases.ts';

/** All of them; long ones begin first. */
export const everyCase: readonly DeployCase[] = [
  ...requestCases,
  ...stepCases,
  ...deployCases,
  ...actionCases,
  ...driftCases,
  ...previewCases,
  ...rolloutCases,
];
