import{createRequire}from'node:module';const require=createRequire(import.meta.url);
import{TokenBook,hashOf}from"./chunk-J7SGMA73.js";import"./chunk-2PGOPP4D.js";import"./chunk-XOYHXZHD.js";import"./chunk-7FCUKUD4.js";import"./chunk-74OIA5IF.js";import"./chunk-IRA6R2XR.js";export{TokenBook,hashOf};
