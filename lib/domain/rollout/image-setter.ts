import { isObject, type Json, type JsonObject } from '../json.ts';
import { fieldManager } from '../manifests/marks.ts';
import { foreignName } from '../record/foreign-text.ts';
import type { Look } from './judgement.ts';
import { listAt, objectAt, stringAt } from './kubernetes-object.ts';
import { podSpecPath } from './pod-template.ts';

const lists = ['f:containers', 'f:initContainers'] as const;

/** From a manager's fields, keeps only the container images, which show who set them; undefined if there are none. */
export const imageFields = (fields: Json, at = ''): JsonObject | undefined => {
  if (!isObject(fields)) return undefined;
  if (at === 'f:image') return {};
  const kept = Object.entries(fields).flatMap(([name, value]) => {
    const one = imageFields(value, name);
    return one === undefined ? [] : [[name, one] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
};

/**
 * ` (set by kubectl-set)`: the field manager that last set the service's image, unless that is Flotilla. Empty if the
 * object does not say.
 */
export const setBy = ({ workload }: Pick<Look, 'workload'>, object: JsonObject): string => {
  const setters = listAt(object, 'metadata', 'managedFields').filter(
    (one) =>
      one.manager !== fieldManager &&
      hasImage(objectAt(one, 'fieldsV1', ...podSpecPath(workload).map(fieldOf)), workload.container),
  );
  const last = setters.toSorted((one, other) => timeOf(one).localeCompare(timeOf(other))).at(-1);
  const manager = stringAt(last, 'manager');
  return manager === undefined ? '' : ` (set by ${foreignName(manager)})`;
};

const fieldOf = (name: string): string => `f:${name}`;

/** Checks this container, if the service's container is known. */
const hasImage = (spec: JsonObject, container: string | undefined): boolean =>
  lists.some((list) =>
    Object.entries(objectAt(spec, list)).some(
      ([name, one]) =>
        (container === undefined || name === `k:${JSON.stringify({ name: container })}`) &&
        isObject(one) &&
        'f:image' in one,
    ),
  );

const timeOf = (entry: JsonObject): string => stringAt(entry, 'time') ?? '';
