import{createRequire}from'node:module';const require=createRequire(import.meta.url);
var statuses=["PENDING","PROCESSING","SUCCESS","FAILED","ROLLBACK","SKIPPED","CANCELLED","UNKNOWN"],terminal=new Set(["SUCCESS","FAILED","ROLLBACK","SKIPPED","CANCELLED","UNKNOWN"]),isTerminal=status=>terminal.has(status);export{statuses,isTerminal};
