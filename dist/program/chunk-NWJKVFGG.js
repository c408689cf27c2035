import{createRequire}from'node:module';const require=createRequire(import.meta.url);
import{FlotillaError}from"./chunk-3ZI54GS6.js";var sentenceOf=({path,message})=>`${path}${/^(?:is|has) /.test(message)?" ":": "}${message}`,invalidRequest=(...issues)=>new FlotillaError("RequestInvalid",issues.map(sentenceOf).join("; "),{issues});export{sentenceOf,invalidRequest};
