import { join } from 'node:path';

type Env = Readonly<Record<string, string | undefined>>;

/** Where Flotilla keeps a user's state, outside any data folder; undefined where the user has no place for it. */
export const stateFolder = ({ XDG_STATE_HOME: state, HOME: home, LOCALAPPDATA: windows }: Env): string | undefined => {
  const folder = state || (home ? join(home, '.local', 'state') : windows);
  return folder ? join(folder, 'flotilla') : undefined;
};
