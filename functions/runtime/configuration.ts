import * as z from 'zod';
import { readSecret } from '../../lib/adapters/secrets-manager.ts';
import { SystemClock } from '../../lib/adapters/system-clock.ts';
import { publicHarness } from '../../lib/domain/catalogue/build-configuration.ts';
import type { Catalogue, Configuration } from '../../lib/domain/catalogue/catalogue.ts';
import { FlotillaError } from '../../lib/domain/errors.ts';
import type { Clock, Documents } from '../../lib/domain/ports.ts';
import type { Deps } from '../../lib/usecases/deps.ts';
import { Kept } from './kept.ts';
import { documentDeps } from './storage.ts';

/** `configuration.json` in the documents bucket: a configuration without its secrets. */
export const configurationPath = 'configuration.json';

/** Reads the configuration and keeps it as `Kept` does: every API request needs it. */
export class StoredConfiguration {
  readonly #kept: Kept<Configuration>;

  constructor({ documents, clock }: { readonly documents: Documents; readonly clock: Clock }) {
    this.#kept = new Kept({
      read: async () => {
        const text = await documents.get(configurationPath);
        if (text !== undefined) return text;
        throw new FlotillaError('ConfigurationInvalid', `no configuration is loaded: put it at ${configurationPath}`);
      },
      make: (text) => JSON.parse(text) as Configuration,
      clock,
    });
  }

  get(): Promise<Configuration> {
    return this.#kept.get();
  }

  async catalogue(): Promise<Catalogue> {
    return (await this.get()).catalogue;
  }
}

const harnessSecret = z.object({
  // Secrets from before the host was required don't name one.
  host: z.string().min(1).default(new URL(publicHarness).host),
  api_key: z.string().min(1),
  webhook_tokens: z.record(z.string(), z.string()).default({}),
});

/** Parses the secret's text. Its errors quote no character of it, unlike a parser's own. */
export const parseHarnessSecret = (text: string): z.output<typeof harnessSecret> => {
  const parsed = harnessSecret.safeParse(jsonIn(text));
  if (parsed.success) return parsed.data;
  const message =
    'the Harness secret is not JSON like {"host": "app.harness.io", "api_key": "…", "webhook_tokens": {"<pillar>": "…"}}';
  throw new FlotillaError('ConfigurationInvalid', message);
};

const jsonIn = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

/** Adds the executor's secrets to a configuration. */
export const withHarnessSecret = async (configuration: Configuration, secretId: string): Promise<Configuration> => {
  const { harness } = configuration.connections;
  if (harness.kind !== 'real') return configuration;
  const { host, api_key, webhook_tokens } = parseHarnessSecret(await readSecret(secretId));
  return {
    ...configuration,
    connections: { ...configuration.connections, harness: { ...harness, api_key, webhook_tokens, key_host: host } },
  };
};

export const storedConfiguration = (): StoredConfiguration =>
  new StoredConfiguration({ ...documentDeps(), clock: new SystemClock() });

export const catalogueDeps = (): Pick<Deps, 'catalogue'> => {
  const stored = storedConfiguration();
  return { catalogue: () => stored.catalogue() };
};
