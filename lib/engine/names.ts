/** Characters that Step Functions forbids in names, because they become parts of ARNs. */
const forbidden = '\\s\\p{Cc}?*<>{}\\[\\]:;,\\\\|^~$#%&`"/';

const rule = (most: number): RegExp => new RegExp(`^[^${forbidden}]{1,${most}}$`, 'u');

/** Names of machines and executions. */
export const nameRule = rule(80);
/** Labels of Distributed Maps. */
export const labelRule = rule(40);
