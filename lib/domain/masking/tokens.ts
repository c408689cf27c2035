import { mask } from './mask.ts';
import { looksRandom } from './random-looking.ts';

/**
 * Tokens with a recognisable prefix. Each pattern is a fixed prefix followed by one run of a character class, so there
 * is no backtracking.
 */
const forms: readonly RegExp[] = [
  // AWS: key ids, session tokens, EKS tokens
  /(?<![A-Za-z0-9])(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16,}/g,
  /(?<![A-Za-z0-9])(?:IQoJ|FwoG|FQoG)[A-Za-z0-9+/=]{50,}/g,
  /(?<![A-Za-z0-9])k8s-aws-v1\.[A-Za-z0-9_-]{20,}/g,
  // GitHub, npm, Stripe, Hugging Face, Databricks, DigitalOcean, Shopify
  /(?<![A-Za-z0-9])(?:gh[pousr]|npm|[sr]k_(?:live|test)|whsec|hf|do[opr]_v1|shp(?:at|ca|pa|ss)|rubygems)_[A-Za-z0-9]{20,}/g,
  /(?<![A-Za-z0-9])dapi[a-f0-9]{32,}/g,
  // GitHub, GitLab, PyPI, Slack, Docker, Figma, Grafana, Sentry, Linear, Postman, Tailscale, NVIDIA, Brevo, Atlassian
  /(?<![A-Za-z0-9])(?:github_pat_|gl[a-z]{1,6}-|pypi-|dckr_[a-z]{1,4}_|figd_|glsa_|glc_|sntry[su]_|lin_api_)[A-Za-z0-9_-]{16,}/g,
  /(?<![A-Za-z0-9])(?:xox[a-z]-|xapp-|PMAK-|tskey-|nvapi-|xkeysib-|ATATT)[A-Za-z0-9_-]{10,}/g,
  // Google, Vault, SendGrid
  /(?<![A-Za-z0-9])AIza[A-Za-z0-9_-]{30,}/g,
  /(?<![A-Za-z0-9])(?:ya29|hv[sbr]|SG)\.[A-Za-z0-9_-]{16,}[A-Za-z0-9_.-]*/g,
  // Harness
  /(?<![A-Za-z0-9])[ps]at\.[A-Za-z0-9_-]{4,64}\.[A-Za-z0-9_-]{16,64}(?:\.[A-Za-z0-9_-]{8,128})?/g,
  // JSON Web Tokens, with or without their later parts
  /(?<![A-Za-z0-9])eyJ[A-Za-z0-9_-]{16,}[A-Za-z0-9_.-]*/g,
];

/** OpenAI, Anthropic and others: the prefix is so short that the rest must also look random. */
const shortBegun = /(?<![A-Za-z0-9])sk-[A-Za-z0-9_-]{20,}/g;
const afterScheme = /\b(bearer|basic)([ \t]{1,4})([A-Za-z0-9._~+/=-]{12,})/gi;
const userOption = /(?<![\w-])(-u|--user)([ =]["']?)([^\s:"']{1,128}):([^\s"']{1,512})/g;
const netrc = /\b(login[ \t]{1,4}\S{1,128}[ \t]{1,4}password[ \t]{1,4})\S{1,512}/g;
const inSql = /\b((?:identified by|password)[ \t]{1,4}')[^'\n]{1,256}(?=')/gi;

export const withoutTokens = (text: string): string =>
  forms
    .reduce((safe, form) => safe.replace(form, mask), text)
    .replace(shortBegun, (token) => (looksRandom(token, 0) ? mask : token))
    .replace(afterScheme, (whole, scheme: string, space: string, token: string) =>
      looksRandom(token, 12) || /[a-z][A-Z]|=$/.test(token) ? `${scheme}${space}${mask}` : whole,
    )
    .replace(userOption, (_, option: string, space: string, user: string) => `${option}${space}${user}:${mask}`)
    .replace(netrc, (_, before: string) => `${before}${mask}`)
    .replace(inSql, (_, before: string) => `${before}${mask}`);
