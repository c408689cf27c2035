import{createRequire}from'node:module';const require=createRequire(import.meta.url);
var callbackPath="/callbacks/harness",callbackThrottle={rate:10,burst:20};export{callbackPath,callbackThrottle};
