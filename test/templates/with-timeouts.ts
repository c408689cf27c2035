/**
 * A template whose state machines have a plain value where a timeout is an expression, and exempt nothing any more: whatever
 * else the rule about state machines would find is found in it. Absent: it has exempted nothing.
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
