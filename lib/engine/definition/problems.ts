import { ApiError } from '../failure.ts';

/** One problem in a definition. */
export interface Problem {
  readonly code: string;
  readonly message: string;
  readonly pointer: string;
  /** The States Language feature that AWS supports and this engine does not, for example `Pass.ResultPath`. */
  readonly feature?: string;
}

/** A refused definition, with every problem. */
export class DefinitionRefused extends ApiError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    const words = problems.map(({ code, message, pointer }) => `${code}: ${message} at ${pointer}`);
    super('InvalidDefinition', `Invalid State Machine Definition: '${words.join(', ')}'`);
    this.problems = problems;
  }
}

/** Collects problems, so that one load reports them all. */
export class Problems {
  readonly found: Problem[] = [];

  /** Something that Step Functions itself would refuse. */
  schema(message: string, pointer: string): void {
    this.found.push({ code: 'SCHEMA_VALIDATION_FAILED', message, pointer });
  }

  /** Something that Step Functions would refuse with its own code. */
  invalid(code: string, message: string, pointer: string): void {
    this.found.push({ code, message, pointer });
  }

  /** Something that Step Functions supports and this engine does not. */
  unsupported(feature: string, message: string, pointer: string): void {
    this.found.push({ code: 'NOT_SUPPORTED_BY_EMBEDDED_ENGINE', message, pointer, feature });
  }
}
