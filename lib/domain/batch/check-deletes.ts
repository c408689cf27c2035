import { type Acting, isDelete } from '../plan/action.ts';
import type { Draft } from './drafts.ts';
import { type Finding, type Path, quoted } from './findings.ts';
import { issueCodes } from './issues.ts';

/** What stays cannot depend on what the same batch deletes. */
export const checkDeletes = (
  drafts: readonly Draft[],
  keys: readonly (readonly string[])[],
  offsetOf: (path: Path) => number,
): Finding[] => {
  const deleted = new Set(drafts.filter(({ written }) => isDelete(written as Acting)).map(({ key }) => key));
  if (deleted.size === 0) return [];
  return drafts.flatMap(({ key, path, written }, place): Finding[] => {
    const gone = isDelete(written as Acting) ? undefined : keys[place]?.find((one) => deleted.has(one));
    if (gone === undefined) return [];
    const here = [...path, 'metadata', 'dependencies'];
    const describe = () => ({
      message: `${key ?? 'it'} depends on ${quoted(gone)}, which this batch deletes`,
      hint: 'delete it later in a separate batch, or remove the dependency',
      found: gone,
    });
    return [{ offset: offsetOf(here), path: here, code: issueCodes.NotAllowed, describe }];
  });
};
