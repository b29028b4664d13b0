'use client';
/** The time range that tide line and charts share: one of six lengths ending now, or a part that was zoomed into. Live ranges move on every 5 s. */
import { useCallback, useEffect, useState } from 'react';

export const RANGES = {
  '15m': 900_000,
  '1h': 3_600_000,
  '6h': 21_600_000,
  '24h': 86_400_000,
  '7d': 604_800_000,
  '30d': 2_592_000_000,
} as const;
export type RangeName = keyof typeof RANGES;
const STEP_MS = 5_000;

export interface TimeRange {
  name: RangeName;
  from: number;
  to: number;
  isLive: boolean;
}

export function useTimeRange() {
  const [name, setName] = useState<RangeName>('15m');
  const [zoom, setZoom] = useState<{ from: number; to: number } | null>(null);
  const [now, setNow] = useState<number | null>(null);
  useEffect(() => {
    const beat = () => !document.hidden && setNow(Math.floor(Date.now() / STEP_MS) * STEP_MS);
    beat();
    const timer = setInterval(beat, STEP_MS);
    return () => clearInterval(timer);
  }, []);
  const choose = useCallback((next: RangeName) => {
    setZoom(null);
    setName(next);
  }, []);
  const range: TimeRange | null = zoom
    ? { name, ...zoom, isLive: false }
    : now === null
      ? null
      : { name, from: now - RANGES[name], to: now, isLive: true };
  return {
    range,
    name,
    choose,
    zoom: (from: number, to: number) => to - from > 5_000 && setZoom({ from: Math.round(from), to: Math.round(to) }),
    goLive: () => setZoom(null),
  };
}
export type RangeControl = ReturnType<typeof useTimeRange>;
