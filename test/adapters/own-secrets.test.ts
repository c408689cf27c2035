import { describe, expect, it, vi } from 'vitest';
import { HarnessExchange } from '../../lib/adapters/harness-exchange.ts';
import type { Transport } from '../../lib/adapters/own-fetch.ts';
import { redactorOf, withoutSecrets } from '../../lib/adapters/own-secrets.ts';
import { passTime } from '../usecases/budget/virtual-time.ts';
import { WorldClock } from '../workflow/world-clock.ts';

describe('a text without our secrets', () => {
  it.each<[string, readonly string[], string, string]>([
    ['as it is', ['s3cret'], 'a s3cret, and s3cret again', 'a ***, and *** again'],
    ['in an address', ['a/b c'], '?token=a%2Fb%20c', '?token=***'],
    ['in JSON', ['a"b\\c'], '{"token":"a\\"b\\\\c"}', '{"token":"***"}'],
    ['with characters that a pattern would interpret', ['a.c+(d)[e]|$^*?{2}-/'], 'abc a.c+(d)[e]|$^*?{2}-/', 'abc ***'],
    ['where one is a prefix of another', ['token', 'token-2'], 'token-2 token', '*** ***'],
    ['alone', ['s3cret'], 's3cret', '***'],
    ['that is empty, or missing', [''], 'nothing', 'nothing'],
  ])('%s', (_, secrets, text, expected) => {
    expect(withoutSecrets(text, secrets)).toBe(expected);
    // A second time: no state is kept between texts.
    const redact = redactorOf(secrets);
    expect([redact(text), redact(text)]).toEqual([expected, expected]);
  });
});

describe('the client of Harness', () => {
  const tokens = Array.from({ length: 100 }, (_, nth) => `token-${nth}-abcdefghijklmnop`);

  const exchangeThatIsTold = (text: string) => {
    const clock = new WorldClock();
    const bytes = async function* (): AsyncGenerator<Uint8Array> {
      yield new TextEncoder().encode(text);
    };
    const transport: Transport = async () => ({ status: 200, headers: new Headers(), body: bytes() });
    const options = { apiKey: 'pat.a.b.c', secrets: tokens, clock, transport };
    const exchange = new HarnessExchange(new URL('https://harness.example'), options);
    const ask = (secret?: string) =>
      passTime(
        clock,
        exchange.send(
          { method: 'GET', path: 'x', query: {}, ...(secret === undefined ? {} : { secret }) },
          { timeout: 1_000 },
        ),
      );
    return ask;
  };

  it('derives the forms of its secrets once for any number of texts', async () => {
    const forms = vi.spyOn(globalThis, 'encodeURIComponent');
    try {
      const rows = Array.from({ length: 1_000 }, (_, nth) => ({
        id: `run-${nth}`,
        said: `${tokens[nth % 100]} was here`,
      }));
      const ask = exchangeThatIsTold(JSON.stringify({ rows }));
      for (const secret of [undefined, tokens[0]])
        expect(await ask(secret)).toMatchObject({
          body: { rows: rows.map(({ id }) => ({ id, said: '*** was here' })) },
        });
      expect(forms).toHaveBeenCalledTimes(1 + tokens.length);
    } finally {
      forms.mockRestore();
    }
  });

  it('also hides a token that only its address contains', async () => {
    const ask = exchangeThatIsTold(JSON.stringify({ said: `/custom/not%20listed/v3 ${tokens[1]}` }));
    expect(await ask('not listed')).toMatchObject({ body: { said: '/custom/***/v3 ***' } });
  });
});
