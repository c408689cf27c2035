import{createRequire}from'node:module';const require=createRequire(import.meta.url);
var anchorName=sequence=>`${String(sequence).padStart(9,"0")}.json`,isAnchorName=name=>/^\d{9}\.json$/.test(name);export{anchorName,isAnchorName};
