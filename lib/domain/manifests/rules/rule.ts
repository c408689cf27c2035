import type { Path } from '../../batch/findings.ts';
import type { RuleSeverity } from '../../catalogue/catalogue.ts';
import type { JsonObject } from '../../json.ts';

/** What a rule has against an object, and where in it. */
export interface RuleBreach {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
}

/** A rule over one object. It looks at nothing else, so it is the same for a manifest and for what runs. */
export interface Rule {
  /** As an environment names it. */
  readonly name: string;
  /** Where the environment does not say it. */
  readonly usual: RuleSeverity;
  /** What it asks for, for the documentation. */
  readonly asks: string;
  readonly check: (object: JsonObject) => readonly RuleBreach[];
}
