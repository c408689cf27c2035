import type { Case } from '../case.ts';
import { custom } from './custom.ts';
import { failures } from './failures.ts';
import { good } from './good.ts';
import { others } from './others.ts';
import { restarts } from './restarts.ts';
import { stuck } from './stuck.ts';

export const cases: readonly Case[] = [...good, ...failures, ...stuck, ...others, ...custom, ...restarts];
