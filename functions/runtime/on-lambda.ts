import type { Context } from 'aws-lambda';
import { refuseUncheckedTls } from '../../lib/domain/unchecked-tls.ts';
import { isOnLambda } from './environment.ts';
import { observer } from './observer.ts';

/**
 * Makes the handler when the function starts, so that a wrong environment fails the start and not the first call.
 * Outside Lambda, the file can still be loaded.
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
