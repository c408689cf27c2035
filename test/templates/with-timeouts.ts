/**
 * A template whose state machines have a plain value in place of a timeout expression, and no exemptions. So the rule
 * about state machines finds everything else. Absent: the template has no exemptions.
 */
export const withTimeouts = (text: string, value: unknown): string | undefined => {
  let exempted = false;
  const template = JSON.parse(text, (key, part) => {
    if (key === 'DefinitionString' && typeof part === 'string')
      return part.replaceAll(/(?<="TimeoutSeconds": )"\{%.*?%\}"/g, JSON.stringify(value));
    if (key !== 'cfn-lint') return part;
    exempted = true;
    return undefined;
  });
  return exempted ? JSON.stringify(template) : undefined;
};
