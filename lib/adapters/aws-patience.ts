/**
 * How long a client of AWS waits, milliseconds: without it, it waits for ever, and its function until that is ended. With the two
 * repeats of the client, one that does not answer is given up within a call of the API (29 s).
 */
export const awsPatience = {
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 7_000, throwOnRequestTimeout: true },
};
