import { presentFindings } from '../batch/findings.ts';
import type { Issue } from '../batch/issues.ts';
import { readYaml, type YamlText } from '../batch/read-yaml.ts';

/** Reads another tool's document, within the limits. Duplicate keys are problems too. */
export const sourceYaml = (text: string): YamlText | { readonly issues: readonly Issue[] } => {
  const yaml = readYaml(text);
  if ('issues' in yaml || yaml.findings.length === 0) return yaml;
  return { issues: presentFindings(yaml.findings, yaml.lineOf) };
};
