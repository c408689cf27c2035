import type { Issue } from '../batch/issues.ts';
import type { Configuration } from './catalogue.ts';

/** What a configuration needs from outside. Paths are handed on as they are written; undefined: cannot be read. */
export interface ConfigurationSources {
  readonly readFile: (path: string) => string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Reads `flotilla.config.yaml`. Gives the configuration or every problem at once. No message ever holds a variable's value. */
export const parseConfiguration = (
  text: string,
  sources: ConfigurationSources,
):
  | { readonly configuration: Configuration; readonly warnings: readonly string[] }
  | { readonly issues: readonly Issue[] } => {
  throw new Error(`being written: ${text.length} ${sources.readFile('')}`);
};
