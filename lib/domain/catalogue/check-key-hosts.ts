import { issueCodes } from '../batch/issues.ts';
import type { ConfigurationSources } from './configuration-sources.ts';
import { type ConfigurationText, isSecret } from './configuration-text.ts';

/**
 * A variable that holds a secret may say which host that is for, in a variable of the same name with `_HOST` behind it. Then a
 * file that leads elsewhere does not get it. Without one, whoever writes the file decides where its secrets go.
 */
export const checkKeyHosts = (text: ConfigurationText, env: ConfigurationSources['env'], baseUrl: string): void => {
  const leadsTo = URL.parse(baseUrl)?.host;
  for (const { path, name } of text.variables) {
    const meant = Object.hasOwn(env, `${name}_HOST`) ? env[`${name}_HOST`] : undefined;
    if (!isSecret(path) || meant === undefined || meant === '' || leadsTo === undefined || meant === leadsTo) continue;
    const message = `the variable ${name} is for ${meant}, as ${name}_HOST says, and harness.base_url leads to ${leadsTo}`;
    text.report(path, issueCodes.NotAllowed, { message });
  }
};
