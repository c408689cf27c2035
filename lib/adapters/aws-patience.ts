/**
 * Time-outs of AWS clients, in milliseconds. Without them a client waits for ever, until its function is killed. With
 * the client's two retries, an unresponsive service is given up within a call of the API (29 s).
 */
export const awsPatience = {
  requestHandler: { connectionTimeout: 2_000, requestTimeout: 7_000, throwOnRequestTimeout: true },
};
