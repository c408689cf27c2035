import{createRequire}from'node:module';const require=createRequire(import.meta.url);
var usualPillar="requests",pillarOfRequests=({pillar=usualPillar}={})=>pillar;export{pillarOfRequests};
