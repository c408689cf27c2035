/** The group inside a cluster that whoever runs Flotilla is put into. */
export const clusterGroup = 'flotilla';

/** That of whoever deploys by the executor `kubernetes`, which on AWS is one function. */
export const deployerGroup = 'flotilla-deployer';

/** That of whoever may only read logs there, which on AWS is one function. */
export const logsGroup = 'flotilla-logs';
