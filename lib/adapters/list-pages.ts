import type { KubernetesObject } from '../domain/ports.ts';
import { type ApiReads, listBytes } from './cluster-request.ts';

/** Objects in one answer: about 2 MB of JSON. */
const pageSize = 200;

/** 100,000 objects. No namespace has as many; a longer list is not a real one. */
const mostPages = 500;

/** A list in a missing namespace is empty. A 404 means that the API is missing: the definition of a custom resource. */
const hints: Readonly<Record<number, string>> = {
  404: 'it does not have this API; kubectl api-resources lists those that it has: ',
};

export interface ListPage {
  readonly items: readonly KubernetesObject[];
  /** Of the whole list: all pages show the moment of the first. */
  readonly version: string;
}

/** A list in pages, so that its reader need not hold all of it. `path` may have a query. */
export async function* listPages(requests: ApiReads, path: string): AsyncGenerator<ListPage> {
  const name = path.split('?')[0];
  let version: string | undefined;
  for (let next = '', pages = 1; ; pages += 1) {
    if (pages > mostPages) throw requests.unavailable(`the list does not end after ${mostPages} pages (GET ${name})`);
    const query = `limit=${pageSize}${next === '' ? '' : `&continue=${encodeURIComponent(next)}`}`;
    const { body, status, isCut } = await requests.get(`${path}${path.includes('?') ? '&' : '?'}${query}`);
    if (status !== 200) throw requests.unavailable(`${hints[status] ?? ''}HTTP ${status} (GET ${name})`, { status });
    if (isCut) throw requests.unavailable(`the answer has more than ${listBytes / 1024 / 1024} MiB (GET ${name})`);
    const { items, metadata } = listOf(requests, body, `${name}`);
    version ??= metadata?.resourceVersion ?? '';
    yield { items: items ?? [], version };
    next = metadata?.continue ?? '';
    if (next === '') return;
  }
}

interface ListBody {
  readonly items: readonly KubernetesObject[] | null;
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
}

/** A proxy or a wrong address may answer 200 with a page of its own. */
function listOf(requests: ApiReads, body: string, path: string): ListBody {
  try {
    const list = JSON.parse(body) as ListBody;
    if (list.items === null || Array.isArray(list.items)) return list;
  } catch (error) {
    throw requests.unavailable(`the answer is not JSON (GET ${path})`, {}, error);
  }
  throw requests.unavailable(`the answer is not a Kubernetes list (GET ${path})`);
}
