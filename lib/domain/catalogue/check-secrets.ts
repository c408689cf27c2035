import { issueCodes } from '../batch/issues.ts';
import type { ConfigurationSources } from './configuration-sources.ts';
import { type ConfigurationText, isSecret } from './configuration-text.ts';

/**
 * A secret is not public. A variable with a secret may name its host in a second variable with the suffix `_HOST`. A
 * file that leads to another host then does not get the secret. Without it, the file's author decides where secrets go.
 */
export const checkSecrets = (text: ConfigurationText, env: ConfigurationSources['env'], baseUrl: string): void => {
  const leadsTo = URL.parse(baseUrl)?.host;
  for (const { path, name } of text.variables) {
    if (!isSecret(path)) continue;
    if (text.publicVariables.has(name)) {
      const message = `the variable ${name} holds a secret, but public_variables lets everyone read it`;
      text.report(path, issueCodes.NotAllowed, { message, hint: `remove ${name} from public_variables` });
    }
    const meant = Object.hasOwn(env, `${name}_HOST`) ? env[`${name}_HOST`] : undefined;
    if (meant === undefined || meant === '' || leadsTo === undefined || meant === leadsTo) continue;
    const message = `${name}_HOST says that the variable ${name} is for ${meant}, but harness.base_url leads to ${leadsTo}`;
    text.report(path, issueCodes.NotAllowed, { message });
  }
};
