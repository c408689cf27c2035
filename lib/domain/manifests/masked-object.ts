import { isObject, type Json, type JsonObject } from '../json.ts';
import { mask } from '../masking/mask.ts';
import { maskSecrets } from '../masking/mask-secrets.ts';
import { looksRandom } from '../masking/random-looking.ts';
import { nameKind } from '../masking/secret-names.ts';
import { objectAt, stringAt } from '../rollout/kubernetes-object.ts';

/** An object for display, without Secret data and without values that look secret by name or form. */
export const maskedObject = (object: JsonObject): JsonObject => {
  const masked = withoutCopy(maskedFields(object));
  return stringAt(object, 'kind') === 'Secret'
    ? { ...masked, ...hidden(object, 'data'), ...hidden(object, 'stringData') }
    : masked;
};

/** `kubectl apply` stores the whole object in an annotation, including what is hidden elsewhere. */
const copyOfObject = 'kubectl.kubernetes.io/last-applied-configuration';

const withoutCopy = (object: JsonObject): JsonObject => {
  if (stringAt(object, 'metadata', 'annotations', copyOfObject) === undefined) return object;
  const annotations = { ...objectAt(object, 'metadata', 'annotations'), [copyOfObject]: mask };
  return { ...object, metadata: { ...objectAt(object, 'metadata'), annotations } };
};

/** The keys stay, so that readers see which exist. */
const hidden = (object: JsonObject, field: 'data' | 'stringData'): JsonObject => {
  const values = object[field];
  if (values === undefined || !isObject(values)) return {};
  return { [field]: Object.fromEntries(Object.keys(values).map((key) => [key, mask])) };
};

const maskedFields = (object: JsonObject): JsonObject => {
  // An environment variable's name and value are two fields.
  const name = typeof object.value === 'string' && typeof object.name === 'string' ? object.name : undefined;
  return Object.fromEntries(
    Object.entries(object).map(([key, value]) => [
      key,
      maskedValue(value, key === 'value' && name !== undefined ? name : key),
    ]),
  );
};

const maskedValue = (value: Json, name: string): Json => {
  if (typeof value === 'string') return isSecretBy(name, value) ? mask : maskSecrets(value);
  if (Array.isArray(value)) return value.map((one: Json, at) => maskedItem(one, value[at - 1]));
  return isObject(value) ? maskedFields(value) : value;
};

/** A program argument's value may be the next item. */
const maskedItem = (item: Json, before: Json | undefined): Json => {
  const option = typeof before === 'string' ? /^--?([\w.-]+)$/.exec(before)?.[1] : undefined;
  return maskedValue(item, option ?? '');
};

const isSecretBy = (name: string, value: string): boolean => {
  const kind = nameKind(name);
  // A placeholder is filled in elsewhere and reveals nothing.
  if (kind === undefined || value === '' || /^\$\([\w.-]+\)$/.test(value)) return false;
  return kind !== 'perhaps' || looksRandom(value, 12);
};
