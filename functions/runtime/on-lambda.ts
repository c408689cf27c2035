import type { Context } from 'aws-lambda';

/** Makes the handler at its first call, so that the file can be loaded where there is no Lambda. */
export const onLambda = <Event, Result>(
  make: () => (event: Event, context: Context) => Promise<Result>,
): ((event: Event, context: Context) => Promise<Result>) => {
  let handler: ((event: Event, context: Context) => Promise<Result>) | undefined;
  return (event, context) => {
    handler ??= make();
    return handler(event, context);
  };
};
