/** CPU seconds and peak resident memory of a process, read from /proc while it lives (Linux; elsewhere the figures are 0). */
import { readFileSync } from 'node:fs';

/** Linux counts in USER_HZ, which is 100 on every architecture Node.js runs on. */
const TICKS_PER_SECOND = 100;

export function cpuSeconds(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop()?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  } catch {
    return 0;
  }
}

export function peakRssBytes(pid: number): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

/** Samples a process until `stop`; the last sample stands. */
export function watchCost(pid: number): { stop(): { readonly cpuSeconds: number; readonly peakRssBytes: number } } {
  let cpu = 0;
  let rss = 0;
  const sample = () => {
    cpu = Math.max(cpu, cpuSeconds(pid));
    rss = Math.max(rss, peakRssBytes(pid));
  };
  const timer = setInterval(sample, 20);
  return {
    stop: () => {
      clearInterval(timer);
      sample();
      return { cpuSeconds: cpu, peakRssBytes: rss };
    },
  };
}
