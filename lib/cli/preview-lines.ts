import { counted } from '../domain/counted.ts';
import type { Json } from '../domain/json.ts';
import type { FieldDifference } from '../domain/manifests/object-difference.ts';
import type { PreviewAnswer } from '../domain/preview/preview-rows.ts';
import type { ObjectFate, ObjectPreview } from '../domain/preview/run-preview.ts';
import type { DeploymentFound, PreviewView } from '../usecases/preview/preview-view.ts';
import { printable } from './clean-text.ts';
import type { Colours } from './palette.ts';

const words: Readonly<Record<ObjectFate, string>> = {
  deleted: 'is deleted',
  created: 'is created',
  changed: 'is changed',
  unchanged: 'stays as it is',
  refused: 'is refused',
  conflict: 'has fields of others',
  pruned: 'is deleted: the release has it no more',
  left: 'is no more in the release, and stays',
  hook: 'is run',
};

const bad: readonly ObjectFate[] = ['refused', 'conflict'];

/** No finding prevents it from being applied. */
export const isApplicable = ({ deployments }: PreviewView): boolean =>
  deployments.every(
    ({ answer }) =>
      answer?.state !== 'told' ||
      (answer.problem === undefined && !answer.objects.some(({ fate }) => bad.includes(fate))),
  );

/** A preview for people. */
export const previewLines = (preview: PreviewView, colours: Colours): readonly string[] => [
  ...preview.deployments.flatMap((deployment) => deploymentLines(deployment, colours)),
  ...(preview.left_out === 0
    ? []
    : [`${counted(preview.left_out, 'more deployment')} not looked at: there are too many.`]),
  ...(preview.message === undefined ? [] : [colours.red(printable(preview.message))]),
  `Plan hash: ${preview.plan_hash}`,
];

const deploymentLines = (deployment: DeploymentFound, colours: Colours): readonly string[] => {
  const { key, environment_id, cluster, docker_image_version, answer } = deployment;
  const head = `${key} ${docker_image_version} in ${environment_id} on ${cluster}`;
  return [colours.bold(printable(head)), ...answerLines(answer, colours).map((line) => `  ${line}`)];
};

const answerLines = (answer: PreviewAnswer | undefined, colours: Colours): readonly string[] => {
  switch (answer?.state) {
    case undefined:
      return ['not looked at'];
    case 'planned':
      return [...(answer.message === undefined ? [] : [printable(answer.message)]), ...answer.steps.map(printable)];
    case 'unavailable':
      return [colours.yellow(`nobody can tell: ${printable(answer.message)}`)];
    case 'left_out':
      return [colours.yellow(printable(answer.message))];
    case 'told': {
      const { problem, objects, objects_left_out: more = 0 } = answer;
      return [
        ...(problem === undefined ? [] : [colours.red(printable(`${problem.reason}: ${problem.message}`))]),
        ...objects.flatMap((one) => objectLines(one, colours)),
        ...(more === 0 ? [] : [`${counted(more, 'more object')} not told`]),
      ];
    }
  }
};

const objectLines = (one: ObjectPreview, colours: Colours): readonly string[] => {
  const { object, fate, fields = [], fields_left_out: more = 0, conflicts = [], message } = one;
  const head = `${printable(object)} ${words[fate]}${message === undefined ? '' : `: ${printable(message)}`}`;
  const colour = bad.includes(fate) ? colours.red : (text: string) => text;
  return [
    colour(head),
    ...fields.map((field) => `  ${fieldLine(field)}`),
    ...(more === 0 ? [] : [`  ${counted(more, 'more field')}`]),
    ...conflicts.map(({ manager, field }) => `  ${printable(field)} is ${printable(manager)}'s`),
  ];
};

const fieldLine = ({ path, before, after }: FieldDifference): string =>
  printable(
    `${path}: ${before === undefined ? '(none)' : valueText(before)} -> ${after === undefined ? '(none)' : valueText(after)}`,
  );

const valueText = (value: Json): string =>
  typeof value === 'string' ? value.replaceAll('\n', '\\n') : JSON.stringify(value);
