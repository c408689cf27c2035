/** An error of the API server: a Status object with its HTTP code. */
export class ApiStatus extends Error {
  readonly code: number;
  readonly reason: string;
  readonly details: object | undefined;

  constructor(code: number, reason: string, message: string, details?: object) {
    super(message);
    this.details = details;
    this.code = code;
    this.reason = reason;
  }

  toJSON(): unknown {
    return {
      kind: 'Status',
      apiVersion: 'v1',
      metadata: {},
      status: 'Failure',
      message: this.message,
      ...(this.reason !== '' && { reason: this.reason }),
      ...(this.details !== undefined && { details: this.details }),
      code: this.code,
    };
  }
}

export const notFound = (plural: string, name: string): ApiStatus =>
  new ApiStatus(404, 'NotFound', `${plural} "${name}" not found`);

export const noSuchPath = (): ApiStatus =>
  new ApiStatus(404, 'NotFound', 'the server could not find the requested resource');

export const alreadyExists = (plural: string, name: string): ApiStatus =>
  new ApiStatus(409, 'AlreadyExists', `${plural} "${name}" already exists`);

export const conflict = (plural: string, name: string): ApiStatus =>
  new ApiStatus(
    409,
    'Conflict',
    `Operation cannot be fulfilled on ${plural} "${name}": the object has been modified; please apply your changes to the latest version and try again`,
  );

export const badRequest = (message: string): ApiStatus => new ApiStatus(400, 'BadRequest', message);
export const invalid = (message: string): ApiStatus => new ApiStatus(422, 'Invalid', message);
