/** The package says nothing of its types. It writes into the definition that it is given. */
declare module 'asl-validator' {
  function validate(
    definition: object,
    options: { readonly checkPaths: boolean; readonly checkArn: boolean },
  ): { readonly isValid: boolean; readonly errors: readonly unknown[] };
  export = validate;
}
