/** All scalar functions and operators by name. */
import { ARITHMETIC_FUNCTIONS } from './arithmetic-functions.ts';
import { COLLECTION_FUNCTIONS } from './collection-functions.ts';
import { COMPARISON_FUNCTIONS } from './comparison-functions.ts';
import { CONSTRAINT_FUNCTIONS } from './constraint-functions.ts';
import type { ScalarFunction } from './contract.ts';
import { ENCODING_FUNCTIONS } from './encoding-functions.ts';
import { JSON_FUNCTIONS } from './json-functions.ts';
import { LOGIC_FUNCTIONS } from './logic-functions.ts';
import { MATH_FUNCTIONS } from './math-functions.ts';
import { PATTERN_FUNCTIONS } from './pattern-functions.ts';
import { TEXT_FUNCTIONS } from './text-functions.ts';
import { TIME_FUNCTIONS } from './time-functions.ts';
import { TIME_TEXT_FUNCTIONS } from './time-text-functions.ts';

const FUNCTIONS: readonly ScalarFunction[] = [
  ...ARITHMETIC_FUNCTIONS,
  ...COMPARISON_FUNCTIONS,
  ...LOGIC_FUNCTIONS,
  ...MATH_FUNCTIONS,
  ...TEXT_FUNCTIONS,
  ...PATTERN_FUNCTIONS,
  ...TIME_FUNCTIONS,
  ...TIME_TEXT_FUNCTIONS,
  ...JSON_FUNCTIONS,
  ...COLLECTION_FUNCTIONS,
  ...ENCODING_FUNCTIONS,
  ...CONSTRAINT_FUNCTIONS,
];

const BY_NAME: ReadonlyMap<string, ScalarFunction> = indexByName();

function indexByName(): Map<string, ScalarFunction> {
  const index = new Map<string, ScalarFunction>();
  for (const scalar of FUNCTIONS) {
    for (const name of [scalar.name, ...(scalar.aliases ?? [])]) {
      if (index.has(name)) throw new Error(`two functions are named ${name}`);
      index.set(name, scalar);
    }
  }
  return index;
}

/** By upper-case name or alias; null when there is no such function. */
export function findFunction(name: string): ScalarFunction | null {
  return BY_NAME.get(name) ?? null;
}

/** Canonical names, sorted. */
export function functionNames(): readonly string[] {
  return FUNCTIONS.map((scalar) => scalar.name)
    .filter((name) => !name.startsWith('$'))
    .sort();
}
