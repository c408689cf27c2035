import { ApiError } from '../failure.ts';

/** One thing that is wrong in a definition. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly pointer: string;
  /** The States Language feature that AWS has and this engine has not, for example `Pass.ResultPath`. */
  readonly feature?: string;
}

/** A definition that is refused, with every problem there is. */
export class DefinitionRefused extends ApiError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const words = problems.map(({ code, message, pointer }) => `${code}: ${message} at ${pointer}`);
    super('InvalidDefinition', `Invalid State Machine Definition: '${words.join(', ')}'`);
    this.problems = problems;
  }
}

/** Collects problems, so that one load names them all. */
export class Problems {
  readonly found: Problem[] = [];

  /** Something that Step Functions itself would refuse. */
  schema(message: string, pointer: string): void {
    this.found.push({ code: 'SCHEMA_VALIDATION_FAILED', message, pointer });
  }

  /** Something that Step Functions would refuse under a code of its own. */
  invalid(code: string, message: string, pointer: string): void {
    this.found.push({ code, message, pointer });
  }

  /** Something that Step Functions knows and this engine does not run. */
  unsupported(feature: string, message: string, pointer: string): void {
    this.found.push({ code: 'NOT_SUPPORTED_BY_EMBEDDED_ENGINE', message, pointer, feature });
  }
}
