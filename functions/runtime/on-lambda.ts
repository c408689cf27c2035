import type { Context } from 'aws-lambda';
import { refuseUncheckedTls } from '../../lib/domain/unchecked-tls.ts';
import { isOnLambda } from './environment.ts';
import { observer } from './observer.ts';

/**
 * Makes the handler when the function starts, so that a wrong environment ends the start and not the first call; where
 * there is no Lambda the file can be loaded all the same.
 */
export const onLambda = <Event, Result>(
  make: () => (event: Event, context: Context) => Promise<Result>,
): ((event: Event, context: Context) => Promise<Result>) => {
  if (isOnLambda()) refuseUncheckedTls(process.env);
  let handler = isOnLambda() ? make() : undefined;
  return (event, context) =>
    observer().around({ event, context }, () => {
      handler ??= make();
      return handler(event, context);
    });
};
