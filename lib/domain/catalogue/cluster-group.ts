/** The group in a cluster for Flotilla itself. */
export const clusterGroup = 'flotilla';

/** The group of the identity that deploys with the executor `kubernetes`, one function on AWS. */
export const deployerGroup = 'flotilla-deployer';

/** The group of the identity that may only read logs there, one function on AWS. */
export const logsGroup = 'flotilla-logs';
