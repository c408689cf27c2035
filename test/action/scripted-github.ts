import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Comment {
  readonly id: number;
  body: string;
  readonly user: { readonly login: string };
}

interface Scripted {
  readonly status: number;
  readonly message?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The change is made, and its answer is lost. */
  readonly isDone?: boolean;
}

export interface GitHubScript {
  /** The comments of the pull request. */
  readonly comments?: readonly Comment[];
  /** Answers to requests like `POST /comments`, one after the other; then it works. */
  readonly answers?: Readonly<Record<string, readonly Scripted[]>>;
  /** The content of the client's secret. */
  readonly secret?: string;
}

export interface Asked {
  readonly request: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

export interface ScriptedGitHub {
  readonly url: string;
  readonly asked: readonly Asked[];
  readonly comments: readonly Comment[];
  /** A job's environment. */
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export const own = 'github-actions[bot]';
export const idToken = 'eyJhbGciOiJub25lIn0.eyJzdWIiOiJyZXBvOmFjbWUvc2hvcCJ9.c2lnbmF0dXJl';
export const clientId = 'client-of-the-stage';
export const clientSecret = 'secret-of-the-client-0123456789';
export const accessToken = 'access-token-of-the-stage';

/**
 * GitHub's REST API, its OIDC issuer, and the parts of AWS that an action uses, on one socket. Unknown requests get
 * 599.
 */
export const startScriptedGitHub = async (script: GitHubScript = {}): Promise<ScriptedGitHub> => {
  const asked: Asked[] = [];
  const comments = [...(script.comments ?? [])].map((one) => ({ ...one }));
  const left = new Map(Object.entries(script.answers ?? {}).map(([name, list]) => [name, [...list]]));
  let url = '';
  const answerOf: Readonly<Record<string, (body: string, request: string) => unknown>> = {
    'GET /comments': (_, request) => {
      const query = new URL(request.split(' ')[1]!, url).searchParams;
      const size = Number(query.get('per_page'));
      return comments.slice((Number(query.get('page')) - 1) * size, Number(query.get('page')) * size);
    },
    'POST /comments': (body) => {
      comments.push({ id: 1000 + comments.length, body: JSON.parse(body).body, user: { login: own } });
      return comments.at(-1);
    },
    'PATCH /comments': (body, request) => {
      const found = comments.find(({ id }) => request.endsWith(`/comments/${id}`))!;
      found.body = JSON.parse(body).body;
      return found;
    },
    'GET /oidc': () => ({ value: idToken }),
    'POST /aws': (body) => (body.includes('AssumeRoleWithWebIdentity') ? assumed : secretOf(script, url)),
    'POST /oauth2': () => ({ access_token: accessToken, expires_in: 3600 }),
  };
  const server = createServer(async (request: IncomingMessage, response: ServerResponse) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const name = `${request.method} ${request.url}`;
    asked.push({ request: name, headers: request.headers, body });
    const kind = kindOf(name);
    const scripted = left.get(kind)?.shift();
    const answer = answerOf[kind];
    if (scripted === undefined || scripted.isDone) {
      const made = answer?.(body, name) ?? { message: `the test has no answer for ${name}` };
      if (scripted === undefined) return end(response, { status: answer === undefined ? 599 : 200, body: made });
    }
    end(response, { ...scripted, body: { message: scripted.message ?? 'Scripted.' } });
  });
  server.keepAliveTimeout = 600_000;
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ url, asked, comments },
    env: {
      GITHUB_API_URL: `${url}/api`,
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/oidc?job=1`,
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: 'runtime-token',
      AWS_ENDPOINT_URL: `${url}/aws`,
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};

/** `POST /api/repos/acme/shop/issues/7/comments` is `POST /comments`. */
const kindOf = (name: string): string => {
  const [method, path = ''] = name.split(' ');
  return `${method} ${/^\/api\/repos\/acme\/shop\/issues\/(?:7\/)?comments/.test(path) ? '/comments' : `/${path.split(/[/?]/)[1]}`}`;
};

const assumed = `<AssumeRoleWithWebIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleWithWebIdentityResult>
<Credentials><AccessKeyId>ASIAFLOTILLATEST0001</AccessKeyId><SecretAccessKey>lent-secret-key</SecretAccessKey>
<SessionToken>lent-session-token</SessionToken><Expiration>2036-01-01T00:00:00Z</Expiration></Credentials>
</AssumeRoleWithWebIdentityResult></AssumeRoleWithWebIdentityResponse>`;

const secretOf = ({ secret }: GitHubScript, url: string) => ({
  Name: 'flotilla/dev/ci',
  SecretString:
    secret ?? JSON.stringify({ token_url: `${url}/oauth2/token`, client_id: clientId, client_secret: clientSecret }),
});

const end = (
  response: ServerResponse,
  { status, headers = {}, body }: Pick<Scripted, 'status' | 'headers'> & { readonly body: unknown },
): void => {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/xml' : 'application/json';
  response.writeHead(status, { 'content-type': type, ...headers }).end(text);
};
