import type { Path } from '../../batch/findings.ts';
import type { RuleSeverity } from '../../catalogue/catalogue.ts';
import type { JsonObject } from '../../json.ts';

/** A violation of a rule, and where in the object. */
export interface RuleBreach {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
}

/** A rule over one object. It looks at nothing else, so it works the same for manifests and live objects. */
export interface Rule {
  /** The name that environments use. */
  readonly name: string;
  /** The default severity. */
  readonly usual: RuleSeverity;
  /** What it requires, for the documentation. */
  readonly asks: string;
  readonly check: (object: JsonObject) => readonly RuleBreach[];
}
