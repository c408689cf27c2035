/** The group inside a cluster that whoever runs Flotilla is put into. */
export const clusterGroup = 'flotilla';
