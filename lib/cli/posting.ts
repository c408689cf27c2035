/** Sends JSON to the API. */
export const posting = (body: unknown) =>
  ({ method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) as const;
