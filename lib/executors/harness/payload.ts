import { cut } from '../../domain/cut.ts';
import type { JsonObject } from '../../domain/json.ts';
import type { RunRequest } from '../../domain/ports.ts';
import { findTemplate } from '../template-syntax.ts';

/** What the pipeline gets as `<+trigger.payload.…>`: the fields that such pipelines always got, then ours. */
export const payloadOf = (request: RunRequest): JsonObject => {
  const { deployment } = request;
  const { kind, name, namespace, container, image } = deployment.workload;
  return {
    service_name: deployment.service_name,
    docker_artifact_type: deployment.docker_artifact_type,
    docker_image_version: request.version,
    environment_id: deployment.environment_id,
    infrastructure_id: deployment.infrastructure_id,
    pillar: deployment.pillar,
    metadata: metadataOf(request),
    timestamp: Math.floor(request.at / 1000),
    flotilla: { key: request.key, batch_id: request.batch_id, deployment: deployment.key },
    target: {
      cluster: deployment.cluster,
      namespace,
      kind,
      name,
      ...(container === undefined ? {} : { container }),
      ...(image === undefined ? {} : { image }),
    },
  };
};

const metadataOf = ({ deployment }: RunRequest): JsonObject => {
  const { enabled, path, port, timeout } = deployment.health_check;
  return {
    priority: deployment.priority,
    timeout: deployment.timeout,
    retry_count: deployment.retry_count,
    tags: deployment.tags,
    rollback_strategy: deployment.rollback_strategy,
    health_check: {
      enabled,
      ...(path === undefined ? {} : { path }),
      ...(port === undefined ? {} : { port }),
      ...(timeout === undefined ? {} : { timeout }),
    },
  };
};

/** The brackets of Harness's expressions, old and new, and of the templates that its steps fill in. */
const harnessSyntax = /[<>{}]/;

/**
 * Why a request must not be sent: Harness fills in expressions in whatever a pipeline gets, repeatedly, with the
 * pipeline's rights. Webhook and execute call carry the same facts, so one check is enough.
 */
export const expressionIn = (request: RunRequest): string | undefined => {
  const found = findTemplate(payloadOf(request), harnessSyntax);
  if (found === undefined) return undefined;
  const text = JSON.stringify(cut(found.text, 64));
  return `${found.field} is not sent to Harness, which might fill it in: ${text} contains one of < > { }`;
};

/** The same facts as flat pipeline variables: `flotilla_key`, `target_name`, …; `metadata` as JSON text. */
export const variablesOf = (request: RunRequest): Readonly<Record<string, string>> => {
  const { flotilla, target, metadata, ...plain } = payloadOf(request);
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(plain)) flat[name] = String(value);
  flat.metadata = JSON.stringify(metadata);
  for (const [name, value] of Object.entries(flotilla as JsonObject)) flat[`flotilla_${name}`] = String(value);
  for (const [name, value] of Object.entries(target as JsonObject)) flat[`target_${name}`] = String(value);
  return flat;
};

/** C1 controls and DEL are legal in JSON text but not in YAML. */
const unprintable = /[\u007f-\u009f]/g;

const quoted = (text: string): string =>
  JSON.stringify(text).replace(unprintable, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);

/**
 * The execute call's runtime YAML. Harness refuses JSON there, but a JSON text is a valid YAML scalar, so `1.10` stays
 * a string.
 */
export const runtimeYaml = (
  pipeline: string,
  variables: Readonly<Record<string, string>>,
  only?: readonly string[],
): string => {
  const chosen = Object.entries(variables).filter(([name]) => only === undefined || only.includes(name));
  const lines = chosen.map(
    ([name, value]) => `    - name: ${name}\n      type: String\n      value: ${quoted(value)}\n`,
  );
  const list = lines.length === 0 ? '' : `  variables:\n${lines.join('')}`;
  return `pipeline:\n  identifier: ${quoted(pipeline)}\n${list}`;
};
