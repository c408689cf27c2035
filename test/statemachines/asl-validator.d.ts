/** The package has no types. It changes the definition that it is given. */
declare module 'asl-validator' {
  function validate(
    definition: object,
    options: { readonly checkPaths: boolean; readonly checkArn: boolean },
  ): { readonly isValid: boolean; readonly errors: readonly unknown[] };
  export = validate;
}
