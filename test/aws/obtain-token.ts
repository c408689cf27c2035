import { setTimeout as sleep } from 'node:timers/promises';
import { fetchToken } from '../cloud/token.ts';
import { type Outputs, outputOf } from './cdk.ts';
import type { Place } from './place.ts';

/** DNS needs time for a pool's new name. */
const untilItWorks = async <T>(work: () => Promise<T>): Promise<T> => {
  for (const since = Date.now(); ; await sleep(2_000)) {
    try {
      return await work();
    } catch (error) {
      if (Date.now() - since > 180_000) throw error;
    }
  }
};

/** A token of the stage where it issues its own, else the one that the tester has brought. */
export const obtainToken = async (place: Place, outputs: Outputs): Promise<string> => {
  const told = `${outputOf(outputs, 'application', 'Next4Client')} `;
  const said = (name: RegExp): string => name.exec(told)?.[1] ?? '';
  const poolClient = said(/FLOTILLA_CLIENT_ID=(\S+)/);
  const { FLOTILLA_TOKEN: own } = process.env;
  if (poolClient === '' && own === undefined)
    throw new Error('your configuration names an issuer of tokens: set FLOTILLA_TOKEN to one of its');
  if (poolClient === '') return own ?? '';
  const url = place.tokenUrl(said(/FLOTILLA_TOKEN_URL=(\S+)/));
  const pool = { emulator: url.replace(/\/oauth2\/token$/, ''), pool: said(/--user-pool-id (\S+)/), poolClient };
  return await untilItWorks(() => fetchToken(place.clients, pool, ['flotilla/read', 'flotilla/deploy']));
};
