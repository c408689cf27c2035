/** How something is sent to the API that takes JSON. */
export const posting = (body: unknown) =>
  ({ method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }) as const;
