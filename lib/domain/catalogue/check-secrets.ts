import { issueCodes } from '../batch/issues.ts';
import type { ConfigurationSources } from './configuration-sources.ts';
import { type ConfigurationText, isSecret } from './configuration-text.ts';

/**
 * A secret is not public. And a variable that holds one may say which host that is for, in a variable of the same name with
 * `_HOST` behind it: then a file that leads elsewhere does not get it. Without, whoever writes the file decides where its secrets go.
 */
export const checkSecrets = (text: ConfigurationText, env: ConfigurationSources['env'], baseUrl: string): void => {
  const leadsTo = URL.parse(baseUrl)?.host;
  for (const { path, name } of text.variables) {
    if (!isSecret(path)) continue;
    if (text.publicVariables.has(name)) {
      const message = `the variable ${name} holds a secret, and public_variables lets everybody read it`;
      text.report(path, issueCodes.NotAllowed, { message, hint: `take ${name} out of public_variables` });
    }
    const meant = Object.hasOwn(env, `${name}_HOST`) ? env[`${name}_HOST`] : undefined;
    if (meant === undefined || meant === '' || leadsTo === undefined || meant === leadsTo) continue;
    const message = `the variable ${name} is for ${meant}, as ${name}_HOST says, and harness.base_url leads to ${leadsTo}`;
    text.report(path, issueCodes.NotAllowed, { message });
  }
};
