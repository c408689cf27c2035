/** What a configuration needs from outside. Paths are handed on as they are written; undefined: there is no such file. */
export interface ConfigurationSources {
  readonly readFile: (path: string) => string | { readonly why: string } | undefined;
  /** A file of manifests, or all of a folder, as one text. Absent: the same as `readFile`. */
  readonly readManifests?: (path: string) => string | { readonly why: string } | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** `later`: secrets stay as they are written, for whoever does not need them. */
  readonly secrets?: 'now' | 'later' | undefined;
}
