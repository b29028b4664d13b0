/** Plans as JSON: a bigint is {"$i64":"123"}, bytes are {"$bytes":"base64"} (types/value.ts). Keys keep their order. */
import type { PhysicalPlan } from './physical-plan.ts';

export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === 'bigint') return { $i64: part.toString() };
    if (part instanceof Uint8Array) return { $bytes: Buffer.from(part).toString('base64') };
    return part;
  });
}

export function fromJson(text: string): unknown {
  return JSON.parse(text, (_key, part: unknown) => {
    if (typeof part !== 'object' || part === null) return part;
    if ('$i64' in part && typeof part.$i64 === 'string') return BigInt(part.$i64);
    if ('$bytes' in part && typeof part.$bytes === 'string') return new Uint8Array(Buffer.from(part.$bytes, 'base64'));
    return part;
  });
}

export function planToJson(plan: PhysicalPlan): string {
  return toJson(plan);
}

/** Throws Error for a plan of another version. */
export function planFromJson(text: string): PhysicalPlan {
  const plan = fromJson(text) as PhysicalPlan;
  if (plan.version !== 1) throw new Error(`the plan has version ${String(plan.version)}, which this engine does not read`);
  return plan;
}
