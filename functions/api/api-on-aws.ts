import { catalogueDeps } from '../runtime/configuration.ts';
import { clientNames } from '../runtime/environment.ts';
import { onLambda } from '../runtime/on-lambda.ts';
import { anchorDeps, documentDeps, tableDeps, uploadDeps, waitingDeps } from '../runtime/storage.ts';
import { workflowDeps } from '../runtime/workflow.ts';
import { create } from './create-api.ts';
import type { ApiPart } from './router.ts';
import { byTokenOf } from './who.ts';

/** A part of the API as its own function. */
export const apiOnAws = (part: ApiPart) =>
  onLambda(() => {
    const stored = { ...tableDeps(), ...documentDeps(), ...uploadDeps(), ...anchorDeps() };
    const deps = { ...stored, ...waitingDeps(stored), ...workflowDeps('batch', 'preview'), ...catalogueDeps() };
    return create(deps, { identify: byTokenOf(clientNames()), part });
  });
