/** What a configuration needs from outside. Paths are passed as written. Undefined: there is no such file. */
export interface ConfigurationSources {
  readonly readFile: (path: string) => string | { readonly why: string } | undefined;
  /** A manifest file, or a whole folder, as one text. Default: `readFile`. */
  readonly readManifests?: (path: string) => string | { readonly why: string } | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `later`: secrets stay as written, for callers that do not need them. */
  readonly secrets?: 'now' | 'later' | undefined;
}
