import { error, getInput, info, notice, setOutput, setSecret, summary, warning } from '@actions/core';
import { printable } from '../lib/cli/clean-text.ts';
import type { Runner } from './runner.ts';

const annotate = { error, warning, notice };

/** The runner of GitHub, by the protocol of its own package. */
export const githubRunner: Runner = {
  input: (name) => getInput(name),
  output: (name, value) => setOutput(name, value),
  secret: (text) => setSecret(text),
  annotate: (level, message, place) => annotate[level](message.split('\n').map(printable).join('\n'), place),
  summary: async (markdown) => {
    await summary.addRaw(markdown, true).write();
  },
  line: (text) => info(text),
};
