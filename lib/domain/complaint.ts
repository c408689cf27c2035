import { FlotillaError } from './errors.ts';

/** One problem of a request: where it is, and a message. */
export interface Complaint {
  /** `query.limit`, `body.status`, or `body` for the whole body. */
  readonly path: string;
  readonly message: string;
}

/** `query.limit: a whole number …`, `body.reason is missing; …`. */
export const sentenceOf = ({ path, message }: Complaint): string =>
  `${path}${/^(?:is|has) /.test(message) ? ' ' : ': '}${message}`;

/** A RequestInvalid error with every problem, as sentences and as a list. */
export const invalidRequest = (...issues: readonly Complaint[]): FlotillaError =>
  new FlotillaError('RequestInvalid', issues.map(sentenceOf).join('; '), { issues });
