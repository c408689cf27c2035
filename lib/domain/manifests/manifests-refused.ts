/** The reason of a batch whose manifests were fetched and cannot be deployed, or could not be fetched. */
export const manifestsRefused = 'ManifestsRefused';
